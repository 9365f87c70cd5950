// A plugin answers with objects of the platform, some of which could be read or written to by the host.
import { expectRejected } from "./rejected.ts";

expectRejected({
  "a Response": ["new Response('{\"allow\":true}')", "RESULT_REJECTED"],
  "a Response beside a verdict": ["{ allow: true, response: new Response('x') }", "RESULT_REJECTED"],
  "a Request": ["new Request('https://x.example/')", "RESULT_REJECTED"],
  Headers: ["new Headers({ allow: 'true' })", "RESULT_REJECTED"],
  "a stream": ["new Response('x').body", "RESULT_REJECTED"],
  "a stream inside": ["{ allow: true, issues: [new ReadableStream()] }", "RESULT_REJECTED"],
  "an Error": ["new Error('x')", "RESULT_REJECTED"],
  "an event": ["new Event('x')", "RESULT_REJECTED"],
  "a URL": ["new URL('https://x.example/')", "RESULT_REJECTED"],
});
