// Files that the Worker carries as text (the rules of wrangler.toml).
declare module "*.sql" {
  const text: string;
  export default text;
}
declare module "*.worker.js" {
  const text: string;
  export default text;
}
