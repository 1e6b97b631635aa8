/** `docs/config.md`, made from the tables of settings. */
import type { NamesLevel, Option, OptionTable } from '../../config/option.ts';
import { type SectionKind, sectionKinds } from './sections.ts';
import { commandLineOptions } from './supervisord.ts';

const intro = `# The configuration

One file, read by \`tssupervisord\` and by \`tssupervisorctl\`; it is Supervisor's file, read by Supervisor's rules. This
page is made from the tables that the program itself reads by: \`npm run docs\` writes it again.

Where no file is named, the first of these that exists is taken: \`../etc/supervisord.conf\` and \`../supervisord.conf\`
from the directory of the executable, \`./supervisord.conf\`, \`./etc/supervisord.conf\`, \`/etc/supervisord.conf\`,
\`/etc/supervisor/supervisord.conf\`. What the command line says wins over the file.

\`tssupervisord --test -c FILE\` reads a file and says all that is wrong with it, and \`tssupervisorctl doctor\` what may
not be meant: [doctor.md](doctor.md).

## How it is written

- \`[section]\`, and below it \`key = value\` or \`key: value\`. Keys may be written in capitals, sections not.
- A line that is indented deeper than the line with the key goes on with its value, whatever it says.
- \`;\` and \`#\` begin a comment at the start of a line and behind white space, also inside quotes.
- Quotes belong to the value. Only \`environment\` and \`command\` understand them.
- A section that stands there twice is one section, also across files; of a key that stands there twice the last counts.
- \`[DEFAULT]\` gives its keys to every section.
- \`%(name)s\` is replaced, \`%%\` is a percent sign. \`%(process_num)02d\` formats a number as Python does.
- Sections and keys that mean nothing are passed over. If one nearly has the name of one that means something,
  \`--test\` says so.

The full rules are in [ADR 3](adr/0003-ini-dialect.md).
`;

const levels: Readonly<Record<NamesLevel, string>> = {
  environment: '`ENV_X`',
  here: '`here`, `ENV_X`',
  node: '`here`, `host_node_name`, `ENV_X`',
  program: '`here`, `host_node_name`, `program_name`, `group_name`, `ENV_X`',
  process: 'those of _program_, `process_num`, `numprocs`',
  'own environment': "those of _process_, and `ENV_X` of the program's own `environment`",
};

/** The whole page. */
export function configManual(): string {
  return [intro, namesText(), typesText(), ...sectionKinds.map(sectionText)].join('\n');
}

function namesText(): string {
  const rows = Object.entries(levels).map(([level, names]) => [`_${level}_`, names]);
  return `## Names

\`here\` is the directory of the main file, in an included file the directory of that file. \`ENV_X\` is the variable X of
the environment that the daemon was started with, in the sections of programs and servers also of \`[supervisord]
environment\`. The tables below say which of these each setting may use:

${table(['names', 'which'], rows)}
`;
}

function typesText(): string {
  const types = new Map(
    sectionKinds.flatMap(({ options }) => Object.values(options)).map(({ type }) => [type.name, type.expected]),
  );
  return `## Types

${table(
  ['type', 'what it accepts'],
  [...types].sort(([a], [b]) => (a < b ? -1 : 1)),
)}
`;
}

function sectionText(kind: SectionKind): string {
  const suffix = kind.named === 'may' ? `\`, \`[${kind.kind}:x]` : '';
  const title = kind.named === 'must' ? `[${kind.kind}:x]` : `[${kind.kind}]`;
  const rows = Object.entries(kind.options as OptionTable).map(([key, option]) => [
    `\`${key}\``,
    option.type.name,
    defaultText(option),
    `_${option.names}_`,
    `${option.doc}${optionText(kind, key)}${option.ours === true ? ' _Ours: Supervisor passes it over._' : ''}`,
  ]);
  const ours = kind.ours === true ? ' _Ours: Supervisor passes it over._' : '';
  if (kind.keysOf !== undefined) return `## \`${title}\`\n\n${kind.doc}${ours}\n`;
  const open = kind.open === true ? '\nFurther keys are kept for the plug-in.\n' : '';
  return `## \`${title}${suffix}\`

${kind.doc}

${table(['key', 'type', 'default', 'names', ''], rows)}
${open}`;
}

function defaultText(option: Option<unknown>): string {
  if (option.required === true) return '_must be written_';
  if (option.initial !== undefined) return option.initial === '' ? 'empty' : `\`${option.initial}\``;
  return option.initially ?? 'none';
}

function optionText(kind: SectionKind, key: string): string {
  const found = kind.kind === 'supervisord' ? commandLineOptions.find((option) => option.key === key) : undefined;
  if (found === undefined) return '';
  return found.short === undefined ? ` (\`--${found.long}\`)` : ` (\`-${found.short}\`, \`--${found.long}\`)`;
}

/** A Markdown table with columns of equal width, as the formatter of this repository wants them. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const escaped = [heads, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = heads.map((_, column) => Math.max(3, ...escaped.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill: string) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width, fill)).join(' | ')} |`;
  const [head = [], ...body] = escaped;
  return [line(head, ' '), line([], '-'), ...body.map((row) => line(row, ' '))].join('\n');
}
