// The version of this deployment's code, as package.json has it.
import { version } from "../../package.json";

export const VERSION: string = version;
