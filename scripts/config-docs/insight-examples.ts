/** What the answers to dashboards look like: typed, so that the page has what the daemon sends. */
import type { EnvironmentVariable, Graph, HostInfo, Samples, Timeline, WhyInfo } from '../../src/rpc/insight.ts';

interface Examples {
  readonly getWhy: WhyInfo;
  readonly getSamples: Samples;
  readonly getLastLines: Readonly<Record<string, string>>;
  readonly getTimeline: Timeline;
  readonly getGraph: Graph;
  readonly getEnvironment: readonly EnvironmentVariable[];
  readonly getHost: HostInfo;
}

const examples: Examples = {
  getWhy: {
    group: 'web',
    name: 'web_00',
    statename: 'BACKOFF',
    why: 'Exited too quickly (process log may have details); tried again in 2 seconds',
    since: 1795403654,
    waitsfor: [],
    exits: [
      {
        at: 1795403654,
        pid: 812,
        ran: 0,
        cause: 'exit',
        text: 'Exited too quickly: exit status 3',
        status: 3,
        signal: '',
        expected: false,
        stdout: ['starting'],
        stderr: ['no such table: users'],
      },
    ],
  },
  getSamples: { at: 1795403657281, cpus: 2, processes: { 'web:web_00': [12340, 52428800] } },
  getLastLines: { 'web:web_00': 'GET / 200' },
  getTimeline: {
    life: 'mwsoz92z',
    cursor: 42,
    missed: 0,
    items: [
      {
        serial: 42,
        at: 1795403657281,
        name: 'PROCESS_STATE_RUNNING',
        data: { group: 'web', name: 'web_00', from: 'STARTING', to: 'RUNNING', pid: 812 },
      },
    ],
  },
  getGraph: {
    nodes: [
      { group: 'web', name: 'web_00', statename: 'RUNNING' },
      { group: 'redis', name: 'redis', statename: 'RUNNING' },
    ],
    edges: [{ from: 'web:web_00', to: 'redis:redis', condition: 'ready', ismet: true }],
  },
  getEnvironment: [
    { name: 'API_KEY', value: '***', masked: true },
    { name: 'DATABASE_URL', value: 'postgres://web:***@db/shop', masked: true },
    { name: 'PORT', value: '2000', masked: false },
  ],
  getHost: {
    hostname: 'one',
    identifier: 'supervisor',
    version: '0.1.0',
    pid: 7,
    started: 1795403653,
    cpus: 2,
    load: [0.88, 1.38, 2],
    memtotal: 25276510208,
    memavailable: 24712966144,
    rss: 35008512,
    openfiles: 30,
    maxfiles: 20000,
    disks: [{ path: '/var/log', total: 270553174016, free: 82434547712, logs: 1560 }],
  },
};

const intro = `## What dashboards ask

All of it is read when it is asked for; while nobody asks nothing is measured. Times called \`at\` in \`getSamples\` and
\`getTimeline\` are milliseconds since the epoch, all others seconds; sizes are bytes. What is larger than XML-RPC's integers
is a \`<double>\` there.

- \`getSamples\`: CPU time in milliseconds and resident memory, of a process and all below it, with the CPU time of its
  children that have ended. A share of a core is the difference of two samples by that of their moments.
- \`getWhy\`: \`cause\` is \`exit\`, \`signal\`, \`spawn\` and \`port\` (it could not be started), \`probe\` (not ready in time, or not
  alive any more) or \`stopped\`; \`text\` has the same in words. Ends are remembered in memory, 10 of each process; at a bad
  one the last 50 lines of each stream, of at most 500 characters, and of all processes together 8 MB.
- \`getTimeline\`: the events of \`GET /events\`; ask again with the \`cursor\` of the answer. Another \`life\` is another start of
  the daemon, whose events count from 1.
- \`getEnvironment\`: what the next start gets, with \`env_file\` as it is now; not what is only made at the start
  (\`NOTIFY_SOCKET\`).
`;

export function insightSection(): string {
  const shown = Object.entries(examples).map(([method, answer]) => `${method}: ${JSON.stringify(answer)}`);
  return `${intro}\n\`\`\`text\n${shown.join('\n')}\n\`\`\`\n`;
}
