// The plugins, pages and seed of the end-to-end tests: one valid thing each, for a test to change.
import type { Workplace } from "./emgate.ts";

export const PAGE = { pageId: "p1", collection: "posts", slug: "hello", title: "A title of some length" };

const MANIFEST = {
  apiVersion: 1,
  id: "title-check",
  name: "Title check",
  version: "1.0.0",
  scopes: ["hook:beforePublish", "hook:onSearch", "read:pages", "write:kv"].map((scope) => ({
    scope,
    reason: "the test needs it",
  })),
};

/** Writes a plugin whose default export's methods are `methods`; tells its folder. */
export function writePlugin(place: Workplace, name: string, methods: string, changes: object = {}): string {
  place.write(`${name}/plugin.json`, { ...MANIFEST, id: name, ...changes });
  place.write(`${name}/src/plugin.ts`, `export default {\n${methods}\n};\n`);
  return `${place.path}/${name}`;
}

export const CHECK_TITLE = `  async beforePublish({ data, api }) {
    await api.kv.put("last", data.pageId);
    console.log("checked " + data.pageId);
    const issues = [{ severity: "error", message: "the title is too short", field: "title" }];
    return data.title.length < 10 ? { allow: false, issues } : true;
  },`;

const text = (words: string) => [
  { _type: "block", style: "normal", children: [{ _type: "span", text: words }] },
];

export const SEED = {
  version: "1",
  collections: [
    {
      slug: "posts",
      label: "Posts",
      fields: [
        { slug: "title", label: "Title", type: "string" },
        { slug: "content", label: "Content", type: "portableText" },
      ],
    },
  ],
  content: {
    posts: [
      {
        id: "post-1",
        slug: "long-enough",
        status: "draft",
        data: { title: "A title of some length", content: text("One.") },
      },
      { id: "post-2", slug: "too-short", status: "draft", data: { title: "Short", content: text("Two.") } },
    ],
  },
};
