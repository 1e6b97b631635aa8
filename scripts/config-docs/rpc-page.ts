/** docs/rpc.md, made from the tables of methods, events and errors. */

import { table } from '../../src/daemon/config/manual.ts';
import { eventKinds, streamKinds } from '../../src/rpc/events.ts';
import { faultCodes } from '../../src/rpc/faults.ts';
import { jsonRpcErrors } from '../../src/rpc/json-rpc.ts';
import { type MethodDeclaration, supervisorMethods, systemMethods } from '../../src/rpc/methods.ts';
import { ownMethods } from '../../src/rpc/own-methods.ts';
import { insightSection } from './insight-examples.ts';

const paths = table(
  ['path', 'what'],
  [
    ['`POST /RPC2`', 'XML-RPC, as Supervisor has it'],
    ['`POST /rpc`', '[JSON-RPC 2.0](https://www.jsonrpc.org/specification): the same methods, and batches'],
    ['`GET /events`', 'what happens, as [server-sent events](https://html.spec.whatwg.org/#server-sent-events)'],
    ['`GET /logs`', 'what programs write, line by line, as server-sent events'],
    ['`GET /logtail/NAME/CHANNEL`', "one log, as Supervisor has it; `GET /mainlogtail` is the daemon's"],
    ['`GET /`', 'the status page for browsers'],
  ],
);

const intro = `# Remote control

Made from the tables of the program: \`npm run docs\` writes it.

Everything is behind one gate, on each \`[unix_http_server]\` and \`[inet_http_server]\`: the user name and the password of
the section (HTTP Basic), and no requests that a web page of another site makes.

${paths}

## JSON-RPC

    curl --unix-socket /tmp/supervisor.sock -H 'Content-Type: application/json' http://localhost/rpc \\
      -d '{"jsonrpc": "2.0", "id": 1, "method": "supervisor.stopProcess", "params": {"name": "web:*"}}'

The header \`Content-Type: application/json\` is needed. Parameters go by position or by name. The calls of a batch are
made in their order and waited for together: to stop a hundred programs takes as long as the slowest. Answers are what
XML-RPC's are, as JSON. A refusal has Supervisor's code and text, and its name in \`data.name\`; further codes:
`;

const streams = `## Events

    curl -N --unix-socket /tmp/supervisor.sock http://localhost/events

Each event has an \`id\`, its name as \`event\`, and JSON as \`data\`, with \`at\` in milliseconds since the epoch. The first one,
\`hello\`, says where you are. Who comes back sends the last \`id\` as the header \`Last-Event-ID\`, or as \`?since=ID\`, and is
told what came after it. The daemon remembers the last 1,000; what is missing is announced by an event \`gap\`, with the
number of the \`missed\`, or with the \`reason\` that the daemon has started anew. To a reader that does not read nothing is
sent until it does. \`?name=PROCESS_STATE\` (as often as you like) tells only events whose names begin so.

Told are the events below \`PROCESS_STATE\`, \`SUPERVISOR_STATE_CHANGE\` and \`PROCESS_GROUP\`, and \`REMOTE_COMMUNICATION\`.
Besides, whether a program with \`ready\` serves just now, and how jobs go (\`roll\` and others): of what a job says in one
tenth of a second the first is told; \`waitJob\` has all of it, by the \`cursor\`.
`;

const listeners = `Event listeners are sent the following, as text, and none of those above:
`;

const logs = `## Logs

    curl -N --unix-socket /tmp/supervisor.sock 'http://localhost/logs?name=web:*&name=redis&lines=50'

\`name\` is a process, a group (\`web:*\`) or \`all\`, and may be repeated; \`channel=stdout\` or \`channel=stderr\` leaves the other
one out; the last \`lines\` lines of each log come first (10 if not said, at most 10,000), or what was written since a time:
\`since=10m\` ago, \`since=2026-11-22T03:00:00Z\`, or seconds since the epoch. Each line is an event \`log\`:

    data: {"group":"web","name":"web_00","channel":"stdout","text":"GET / 200"}

A reader that does not read misses nothing: the files wait for it.

Lines carry no time of their own (\`stdout_log_format\` gives them one), so the daemon notes how large a log was when.
\`since\` tells all that was written since then, and up to a quarter of that time more: for \`since=10m\` perhaps what was
written twelve minutes ago. What it does not know, as it was written before the daemon started, counts as new if the file
has been changed since. It does not look into files that have been rotated away; if there is something of that time in
the last of them, an event \`gap\` says so.
`;

export function rpcPage(): string {
  const errors = Object.entries(jsonRpcErrors).map(([, { code, message }]) => [String(code), message]);
  const faults = Object.entries(faultCodes).map(([name, code]) => [String(code), `\`${name}\``]);
  const events = Object.entries(eventKinds)
    .filter(([, kind]) => !kind.isAbstract)
    .map(([name, { parent, payload }]) => [`\`${name}\``, `\`${parent}\``, payload]);
  const jobs = Object.entries(streamKinds).map(([name, data]) => [`\`${name}\``, data]);
  return [
    intro,
    `${table(['code', 'what'], errors)}\n`,
    streams,
    `${table(['event', 'data'], jobs)}\n`,
    listeners,
    `${table(['event', 'below', 'what it says'], events)}\n`,
    logs,
    insightSection(),
    '## Methods\n',
    ...namespace('supervisor', supervisorMethods, 'Exactly those of Supervisor 4.2.5.'),
    ...namespace('tssupervisor', ownMethods, 'Ours. `system.listMethods` does not name them.'),
    ...namespace('system', systemMethods, 'Over XML-RPC only; a batch does what `multicall` does.'),
    '## Refusals\n',
    `${table(['code', 'name'], faults)}\n`,
  ].join('\n');
}

function namespace(name: string, methods: Readonly<Record<string, MethodDeclaration>>, doc: string): string[] {
  const rows = Object.entries(methods).map(([method, { params, result, aliases = [], doc: text }]) => {
    const shown = params.map(
      (one) => `${one.name}${one.initial === undefined ? '' : `=${JSON.stringify(one.initial)}`}`,
    );
    const also = aliases.length === 0 ? '' : ` Also \`${aliases.join('`, `')}\`.`;
    return [`\`${method}(${shown.join(', ')})\``, result, `${text}${also}`];
  });
  return [`### \`${name}\`\n\n${doc}\n`, `${table(['method', 'answers', ''], rows)}\n`];
}
