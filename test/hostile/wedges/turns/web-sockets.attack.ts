import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "two ends of a WebSocket that answer each other",
  inHook: `
    const ends = Object.values(new WebSocketPair());
    for (const end of ends) end.accept();
    for (const end of ends) end.addEventListener("message", () => end.send("x"));
    ends[0].send("x");
    await scheduler.wait(60_000);`,
  ends: "wedge",
  why: "a message takes no turn that others could have",
};
