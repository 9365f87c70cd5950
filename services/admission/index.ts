export { checkBundle, type Submission } from "./check-bundle.ts";
