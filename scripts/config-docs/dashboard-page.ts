/** docs/dashboard.md: its prose, and the keys as the tables of the dashboard have them. */
import { bindings } from '../../src/ctl/dashboard/bindings.ts';
import { type Binding, keyText } from '../../src/ctl/dashboard/keys.ts';
import { logKeys } from '../../src/ctl/dashboard/logs/keys.ts';
import { views } from '../../src/ctl/dashboard/views.ts';
import { table } from '../../src/daemon/config/manual.ts';

/** What each view is for, in the order of their keys; a new view does not get its page without a word here. */
const purposes: Readonly<Record<(typeof views)[number]['name'], string>> = {
  programs: 'state, uptime, restarts of the last hour, CPU and memory with a trend, port, health, last line of the log',
  logs: 'what all programs write, as it comes; `l` on a row for its own, or for those that are chosen',
  ports: 'each port, whose it is, who listens there now, and whether that is a stranger',
  upstreams: 'which servers of nginx and haproxy are in, draining or out, for how long, and why',
  graph: 'who holds whom up, then who needs whom, each condition met or not',
  timeline: 'what has happened, the newest first, with exact times; a crash loop is one row',
  rolls: 'where each process of a roll is on its path, how long it takes, what it waits for; other jobs',
  host: 'load, memory, open files, and room on the disks of the logs',
  why: 'the cause first, then the last bad end with the last lines of both streams, then the last ends',
};

const intro = `# The dashboard

Made from the tables of the program: \`npm run docs\` writes it.

    tssupervisorctl dashboard                # or top
    tssupervisorctl dashboard --read-only    # looks, and changes nothing
    tssupervisorctl dashboard --plain        # lines instead of a screen, as without a terminal or with TERM=dumb
    tssupervisorctl dashboard -s paris=http://10.0.0.7:9001 -s rome=http://10.0.0.8:9001    # two daemons in one list

![The programs, with their states](pictures/programs.svg)

It talks to the daemon of the control command's file, or to those that \`-s\` or \`servers=\` in \`[dashboard]\` of that file
name: one list then, with a column that says where. It asks only for what is on the screen: CPU and memory are
measured while the programs are looked at, and uptimes count on without a question. A colour never stands alone: beside it
is a word or a sign. What programs write is shown without what a terminal would obey.

- When a daemon goes away a banner says so, and it is tried again until it is back; the others go on.
- What an action comes to is a command too: the line at the bottom says what to type for the same.
- \`:\` takes what the control command takes, names, patterns and all, with Tab: \`restart 'web*'\`, \`signal HUP @blue\`,
  \`scale web=6\`, \`logs web cron\`, \`why web:web_00\`; without a name it is about what is chosen or under the cursor.
- Stopping several, clearing logs, killing and scaling down ask first, and name who it is about. Anything but \`y\` is no.
- Text that is pasted fires no keys. \`y\` copies (OSC 52), also through ssh; tmux wants \`set -g set-clipboard on\`.
- \`NO_COLOR\` is obeyed, and \`FORCE_COLOR\` beats it. Small terminals have fewer columns and no footer; below 30 columns or
  6 lines there is one line, such as \`7/8 up 1 bad\`.

## Views
`;

const shown = `
![Why a program is in its state, with its last lines](pictures/why.svg)

![Who depends on whom, and who holds whom up](pictures/graph.svg)

![What has happened, with a crash loop](pictures/timeline.svg)

![A roll under way](pictures/rolls.svg)

In a roll each process goes from \`serving\` over \`leaving\`, \`draining\`, \`stopping\`, \`starting\` and \`ready\` to \`in\`; without
an upstream it neither leaves nor joins one. Beside it stands what it waits for.

Upstreams, host, ports and jobs are asked for again every second or few while they are looked at; all else after news of
the daemon. \`why\` and the timeline go back as far as the daemon remembers: ten ends of each process, a thousand events.

## Keys

\`?\` shows those that do something where you are. They are these:
`;

/** Opens what is no view of its own, but about a row. */
const ABOUT_A_ROW = 'i';

/** The same for tests of the program and for `npm run docs`. */
export function dashboardPage(): string {
  const rows = [...views]
    .sort((a, b) => (a.key ?? 'z').localeCompare(b.key ?? 'z'))
    .map(({ name, title, key }) => [code(key ?? ABOUT_A_ROW), title, purposes[name]]);
  return [
    intro,
    table(['key', 'view', 'what it shows'], rows),
    shown,
    ...keyTables(bindings),
    '## Keys of the logs\n',
    ...keyTables(logKeys),
  ].join('\n');
}

function keyTables(all: readonly Binding<never>[]): string[] {
  const groups = [...new Set(all.map(({ group }) => group))];
  return groups.map((group) => {
    const rows = all.filter((one) => one.group === group).map(({ keys, help }) => [keys.map(key).join(' '), help]);
    return `${table(['keys', group.toLowerCase()], rows)}\n`;
  });
}

function key(name: string): string {
  return code(keyText(name));
}

function code(text: string): string {
  return `\`${text}\``;
}
