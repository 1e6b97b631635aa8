/** How the pages look: light or dark as the reader's system has it, a table on a desk, cards on a phone. */
export const styleSheet = `:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --text: #1c2430; --quiet: #5b6675; --line: #dde2e9; --link: #0b5cad;
  --good: #116329; --good-back: #dcf5e3; --bad: #a40e26; --bad-back: #ffe3e5; --plain: #4a5462; --plain-back: #e8ebf0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1a2029; --text: #e3e8ef; --quiet: #98a4b3; --line: #303947; --link: #7fb8f5;
    --good: #7ee2a0; --good-back: #12351f; --bad: #ff9aa5; --bad-back: #461820; --plain: #b8c2cf; --plain-back: #2a323e;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
header, main, footer { max-width: 75rem; margin: 0 auto; padding: 0 1rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .6rem; padding-top: 1rem; }
h1 { margin: 0; font-size: 1.35rem; }
h1 a { color: inherit; text-decoration: none; }
h2 { margin: 1rem 0 0; font-size: 1.1rem; overflow-wrap: anywhere; }
header p, footer, #summary { color: var(--quiet); }
header p { margin: 0; }
footer { padding-bottom: 1rem; font-size: .85rem; }
a { color: var(--link); }
ul { display: flex; flex-wrap: wrap; gap: .4rem; margin: 0; padding: 0; list-style: none; }
#buttons { margin: 1rem 0 .75rem; }
#summary { margin: 0 0 .5rem; }
button, .button {
  display: inline-block; padding: .3rem .7rem; border: 1px solid var(--line); border-radius: 6px;
  background: var(--card); color: var(--text); font: inherit; text-decoration: none; cursor: pointer;
}
button:hover, .button:hover, button:focus-visible, .button:focus-visible { border-color: var(--link); color: var(--link); }
.button[aria-current] { background: var(--plain-back); }
.status_msg, .pool_msg {
  margin: 1rem 0 0; padding: .6rem .9rem; border: 1px solid var(--line); border-left: 4px solid var(--link);
  border-radius: 6px; background: var(--card); overflow-wrap: anywhere;
}
.pool_msg { border-left-color: var(--bad); }
table { width: 100%; border: 1px solid var(--line); border-radius: 8px; border-spacing: 0; background: var(--card); }
th, td { padding: .45rem .75rem; text-align: left; }
th { color: var(--quiet); font-size: .85rem; font-weight: 600; }
td { border-top: 1px solid var(--line); }
td.status, td.action a, button, .button { white-space: nowrap; }
td.name, td.desc { overflow-wrap: anywhere; }
td.name { font-weight: 600; }
td.desc { color: var(--quiet); font-variant-numeric: tabular-nums; }
td.action ul { align-items: center; }
td.action button, td.action a { padding: .15rem .5rem; font-size: .85rem; }
.statusrunning, .statuserror, .statusnominal { padding: .1rem .55rem; border-radius: 1rem; font-size: .85rem; font-weight: 600; }
.statusrunning { background: var(--good-back); color: var(--good); }
.statuserror { background: var(--bad-back); color: var(--bad); }
.statusnominal { background: var(--plain-back); color: var(--plain); }
pre {
  margin: 0 0 1rem; padding: .75rem; min-height: 4rem; overflow-x: auto; border: 1px solid var(--line);
  border-radius: 8px; background: var(--card); font: 13px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere;
}
pre:empty::before { content: "The log is empty"; color: var(--quiet); }
@media (max-width: 45rem) {
  table, tbody { display: block; border: 0; background: none; }
  thead { position: absolute; clip-path: inset(50%); }
  tr {
    display: grid; grid-template-columns: 1fr auto; gap: .2rem .6rem; margin-bottom: .6rem; padding: .7rem .8rem;
    border: 1px solid var(--line); border-radius: 8px; background: var(--card);
  }
  td { padding: 0; border: 0; }
  td.name { grid-area: 1 / 1; }
  td.status { grid-area: 1 / 2; }
  td.desc { grid-area: 2 / 1 / 3 / 3; }
  td.action { grid-area: 3 / 1 / 4 / 3; padding-top: .35rem; }
  td.action button, td.action a { padding: .4rem .5rem; font-size: .9rem; }
}
`;

export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
<rect width="16" height="16" rx="3" fill="#1c2430"/>
<path d="M4 4.5h8M4 8h8M4 11.5h5" stroke="#7ee2a0" stroke-width="1.8" stroke-linecap="round"/>
</svg>
`;
