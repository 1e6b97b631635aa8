/** docs/compatibility.md, made from the tables of the program and the verdicts on what is in them. */
import { table } from '../../src/daemon/config/manual.ts';
import { areas } from './areas.ts';
import type { Area, Evidence, Verdict } from './verdict.ts';

type Kind = Verdict['is'];
const kinds: readonly Kind[] = ['same', 'better', 'added', 'not supported'];

const opening = `# Can I switch?

What Supervisor 4.2.5 has, key by key and command by command, and what becomes of it in tssupervisor. How to switch, and
back, is in [switching.md](switching.md).

- **same**: a file, a script or a client cannot tell the difference.
- **better**: it does what Supervisor does, and does not do what Supervisor does wrong. Nothing has to be changed.
- **added**: Supervisor has nothing like it, and ignores it.
- **not supported**: why, and what to do instead, is said beside it.

Each verdict names the tests that show it. Most of them run beside Debian's \`supervisord\` and compare. This page is made
from the tables that the programs themselves work by: \`npm run docs\` writes it again, and a test fails if something in
them has no verdict, or a verdict names a test that is not there.
`;

/** The whole page. */
export function compatibilityPage(): string {
  const all = areas();
  return [opening, counts(all), missing(all), ...all.map(areaText)].join('\n');
}

/** What the page points to. */
export function evidenceOfPage(): readonly Evidence[] {
  return areas().flatMap(({ rows }) => rows.flatMap(({ verdict }) => verdict.shown));
}

function counts(all: readonly Area[]): string {
  const count = (list: readonly Area[], kind: Kind) =>
    list.flatMap(({ rows }) => rows).filter(({ verdict }) => verdict.is === kind).length;
  const row = (name: string, list: readonly Area[]) => [name, ...kinds.map((kind) => String(count(list, kind) || ''))];
  return `${table(
    ['', ...kinds],
    [...all.map((area) => row(`[${area.title}](#${anchor(area.title)})`, [area])), row('**all**', all)],
  )}
`;
}

/** The anchor that GitHub gives a heading. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

function missing(all: readonly Area[]): string {
  const rows = all.flatMap(({ title, rows }) =>
    rows
      .filter(({ verdict }) => verdict.is === 'not supported')
      .map(({ name, verdict }) => [name, title, verdict.note ?? '']),
  );
  return `## What is not supported

${table(['what', 'where', 'why, and what to do instead'], rows)}

There is no Python in the daemon, so nothing can be imported from it: \`import supervisor\` is for programs of their own.
It runs on Linux only.
`;
}

function areaText({ title, intro, head, rows }: Area): string {
  const lines = rows.map(({ name, verdict }) => [
    name,
    verdict.is,
    verdict.note ?? '',
    verdict.shown.map(shownText).join('; '),
  ]);
  return `## ${title}

${intro === undefined ? '' : `${intro}\n\n`}${table([head, 'verdict', '', 'shown by'], lines)}
`;
}

function shownText({ file, name, step }: Evidence): string {
  const short = file.replace(/^test\//, '').replace(/\.test\.ts$/, '');
  return `[${short}](../${file}): ${escaped(name)}${step === undefined ? '' : ` (\`${step}\`)`}`;
}

/** Text that stands in a Markdown table as it is. */
function escaped(text: string): string {
  return text.replaceAll(/[*_<>[\]]/g, '\\$&');
}
