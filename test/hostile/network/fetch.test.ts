// A plugin fetches: from the internet, from this machine, from the metadata service, by every spelling of an address.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { trying, tryingAtStart } from "../plugin-text.ts";
import { expectEach } from "../told.ts";

const FORBIDDEN = /^Error: This worker is not permitted to access the internet/;

const addresses = [
  "https://example.com/",
  "http://localhost/health",
  "http://localhost:8787/rpc",
  "http://127.0.0.1/",
  "http://127.1/",
  "http://2130706433/",
  "http://0x7f000001/",
  "http://[::1]/",
  "http://[::ffff:127.0.0.1]/",
  "http://169.254.169.254/latest/meta-data/",
  "http://[fd00:ec2::254]/latest/meta-data/",
  "http://metadata.google.internal/",
  "http://10.0.0.1/",
  "http://user:password@example.com/",
];

it("reaches no address", async () => {
  const fetches = Object.fromEntries(addresses.map((address) => [address, `fetch("${address}")`]));
  const { told } = await attack({ code: trying(fetches) });
  expectEach(told, fetches, FORBIDDEN);
});

it("reaches nothing by another scheme but the text in the address itself", async () => {
  const schemes = [
    "file:///etc/passwd",
    "ftp://example.com/",
    "blob:https://x.example/1",
    "about:blank",
    "unix:/tmp/x",
  ];
  const fetches = Object.fromEntries(schemes.map((address) => [address, `fetch("${address}")`]));
  const { told } = await attack({
    code: trying({ ...fetches, own: 'fetch("data:,mine").then((r) => r.text())' }),
  });
  const { own, ...others } = told;
  expect(own).toBe("got mine");
  expectEach(others, fetches, /^TypeError: Fetch API cannot load/);
});

it("reaches nothing while its module starts", async () => {
  const { told } = await attack({ code: tryingAtStart({ fetch: 'fetch("https://example.com/")' }) });
  expect(told.fetch).toMatch(/^Error: Disallowed operation called within global scope/);
});
