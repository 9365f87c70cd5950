// The one stylesheet of the public pages, inline, and the hash under which the policy lets it in.
// It loads nothing: system fonts, no images, no imports.

/** Changing a character changes STYLE_HASH; its test prints the new one. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fdfcf9;--ink:#1f1d1a;--soft:#67625a;--line:#e4dfd5;--mark:#9a3412;--wash:#f5f2ea;
--serif:"Iowan Old Style","Palatino Linotype",Palatino,Georgia,serif;--sans:system-ui,-apple-system,"Segoe UI",sans-serif}
@media (prefers-color-scheme:dark){:root{--paper:#171614;--ink:#e9e5dd;--soft:#a39d92;--line:#34312c;--mark:#f0a06c;--wash:#211f1c}}
*{box-sizing:border-box}
html{background:var(--paper);color:var(--ink);font:1.125rem/1.65 var(--serif);-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:42rem;padding:0 1.25rem;min-height:100vh;display:flex;flex-direction:column;overflow-wrap:break-word}
main{flex:1;padding:2.5rem 0 4rem}
a{color:inherit;text-decoration-color:var(--mark);text-decoration-thickness:.08em;text-underline-offset:.2em}
a:hover{color:var(--mark)}
:focus-visible{outline:2px solid var(--mark);outline-offset:3px;border-radius:2px}
.skip{position:absolute;left:-99rem;padding:.5rem 1rem;background:var(--ink);color:var(--paper)}
.skip:focus{left:1rem;top:1rem}
.site,.foot{font:.9rem/1.5 var(--sans);color:var(--soft)}
.site{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1.5rem;padding:1.25rem 0;border-bottom:1px solid var(--line)}
.site a,.entries h2 a,.more a{text-decoration:none}
.site .name{font-weight:650;color:var(--ink);margin-right:auto}
.site nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:0;padding:0;list-style:none}
.site li{margin:0}
.foot{padding:1.5rem 0 2.5rem;border-top:1px solid var(--line)}
.foot p{margin:0}
h1,h2,h3,h4,h5,h6{line-height:1.2;font-weight:650;text-wrap:balance;margin:2.2em 0 .6em}
h1{font-size:clamp(1.9rem,6vw,2.7rem);margin:0 0 .5em;letter-spacing:-.015em}
h2{font-size:1.45rem}
h3{font-size:1.2rem}
h4,h5,h6{font-size:1rem}
p,ul,ol,blockquote,pre,figure,table{margin:0 0 1.25em}
.meta,.terms,.lead,figcaption,.count{color:var(--soft)}
.meta,.terms,figcaption,.count{font:.9rem/1.5 var(--sans)}
.meta{margin:0 0 .5rem}
.lead{font-size:1.2rem;margin:0 0 2rem}
article>header{margin-bottom:2.25rem}
article>header figure{margin:1.75rem 0 0}
img{max-width:100%;height:auto;border-radius:4px;background:var(--wash)}
figure img{display:block;width:100%}
figcaption{margin-top:.5rem}
blockquote{margin-inline:0;padding-left:1.25rem;border-left:3px solid var(--mark);color:var(--soft);font-style:italic}
blockquote>:last-child{margin-bottom:0}
code,pre{font:.9em/1.55 ui-monospace,"SF Mono",Menlo,Consolas,monospace}
code{background:var(--wash);padding:.1em .3em;border-radius:3px}
pre{background:var(--wash);padding:1rem 1.15rem;border-radius:6px;overflow-x:auto}
pre code{background:none;padding:0}
hr{width:4rem;margin:2.5rem auto;border:0;border-top:1px solid var(--line)}
table{display:block;overflow-x:auto;border-collapse:collapse;font:.95rem/1.5 var(--sans)}
th,td{padding:.5rem .75rem;border-bottom:1px solid var(--line);text-align:start}
li{margin-bottom:.35em}
.terms{display:flex;flex-wrap:wrap;gap:.4rem;margin:3rem 0 0;padding:0;list-style:none}
.terms li{margin:0;padding:.15rem .65rem;border:1px solid var(--line);border-radius:99px}
.entries{margin:0;padding:0;list-style:none}
.entries>li{margin:0;padding:1.75rem 0;border-top:1px solid var(--line)}
.entries>li:first-child{border-top:0;padding-top:.5rem}
.entries h2{margin:0 0 .35em;font-size:1.5rem}
.entries p:last-child{margin:0}
.more{font:.95rem/1.5 var(--sans);padding-top:1rem}
search form{display:flex;gap:.5rem;margin:0 0 2rem}
input,button{font:1rem/1.4 var(--sans);padding:.55rem .8rem;border:1px solid var(--line);border-radius:6px;background:var(--paper);color:inherit}
input{flex:1;min-width:0}
button{background:var(--ink);color:var(--paper);border-color:var(--ink)}
@media print{.site nav,.skip,search{display:none}}
`;

/** SHA-256 of STYLE, base64, as a source of `style-src`. */
export const STYLE_HASH = "sha256-e80/UcqxO6WsBKKu6k1WQOYa48YeZcK1n9HeXeo4Ago=";
