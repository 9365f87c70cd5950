// What a started server still needs before people use it: a way to sign in and, on request, the demo site.
// Never puts the operator's token on paper; the sign-in link holds one of ten minutes.
import { join } from "node:path";
import { MAX_SIGN_IN_TOKEN_SECONDS } from "../../contracts/limits.ts";
import type { AdminSession } from "../../contracts/rpc.ts";
import type { Paint } from "../program/io.ts";
import { STATE_FOLDER } from "../session/kept-session.ts";
import { type Demo, prepareDemo } from "./prepare-demo.ts";

const EXAMPLES_DIR = join(import.meta.dirname, "../../examples");

export interface SetUpOptions {
  readonly url: string;
  readonly stateDir: string;
  readonly demo: boolean;
  warn(message: string): void;
}

export interface SetUp {
  readonly url: string;
  readonly signInUrl: string;
  readonly state: string;
  readonly demo: (Demo & { readonly url: string }) | null;
}

export async function setUpServer(admin: AdminSession, options: SetUpOptions): Promise<SetUp> {
  const { url, stateDir, warn } = options;
  const demo = options.demo ? await prepareDemo(admin, { stateDir, examplesDir: EXAMPLES_DIR, warn }) : null;
  const { token } = await admin.createToken({
    role: "operator",
    label: "sign-in",
    expiresInSeconds: MAX_SIGN_IN_TOKEN_SECONDS,
    singleUse: true,
  });
  return {
    url,
    signInUrl: `${url}/#token=${token}`,
    state: stateDir,
    demo: demo && { ...demo, url: `${url}/sites/${demo.site}/` },
  };
}

/** What `npm start` shows. */
export function renderSetUp({ signInUrl, state, demo }: SetUp, cwd: string, paint: Paint): string {
  const site = demo?.site ?? "<site>";
  const plugins = demo?.plugins.map(({ plugin, status, update }) => {
    if (update !== null) return `${plugin} (${update.version} waits for consent)`;
    return status === "live" ? plugin : `${plugin} (${status})`;
  });
  return [
    "",
    `  Sign in   ${paint("cyan", signInUrl)}`,
    paint("dim", "            works once, for 10 minutes; `emgate tokens create` makes lasting tokens"),
    ...(demo ? [`  Site      ${paint("cyan", demo.url)}`] : []),
    ...(plugins ? [`  Plugins   ${plugins.join(", ") || "none"}`] : []),
    `  State     ${state}`,
    "",
    "  Next, in another terminal:",
    // Other commands look for .emgate in their folder and those above.
    ...(state === join(cwd, STATE_FOLDER) ? [] : [`    export EMGATE_STATE=${state}`]),
    `    npx emgate plugins --site ${site}`,
    `    npx emgate grants --site ${site}`,
    "    npx emgate --help",
    "",
    paint("dim", "  Ctrl-C stops the server; everything is kept for the next start."),
  ].join("\n");
}
