export { checkSubmission, type Submission } from "./check-submission.ts";
