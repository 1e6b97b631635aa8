/**
 * What Supervisor's users have written their scripts with: the XML-RPC clients of Python, Perl, Ruby, PHP and npm, and
 * curl with XML put together by hand. Each runs unchanged against our daemon and against Supervisor's; each asks for
 * the state and the processes, stops and starts one, is refused, reads and writes text that XML and ASCII have their
 * difficulties with, and makes a multicall.
 *
 * `system.multicall` of Supervisor answers with the bare values. The clients' own helpers for it expect each in an
 * array of its own, and say so in an exception: ours must be the same trouble, or a script that unpacks the bare
 * values itself would break.
 *
 * Only what differs from one moment to the next is masked: pids, times and folders.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { type CommandResult, runCommand } from '../../support/command.ts';
import { type DaemonKind, debian, ours, startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { type DebianPackage, needs } from '../../support/skips.ts';
import { describeKinds, untilState, withDaemon } from '../daemon/support.ts';

const TEXT = 'Grüße & <b>“fett”</b> ]] ☃ 🎉';

const config = (port: number) => `
[inet_http_server]
port=127.0.0.1:${port}
username=admin
password=pass+word

[program:cat]
command=cat
startsecs=0
stdout_logfile=%(here)s/cat.log

[program:text]
command=printf '${TEXT}\\n'
startsecs=0
autorestart=false

[program:never]
command=cat
autostart=false

[program:unfound]
command=/does/not/exist
autostart=false
`;

interface Client {
  readonly name: string;
  readonly argv: readonly string[];
  readonly packages: readonly DebianPackage[];
  /** What becomes of the client's own way to make a multicall. */
  readonly helper?: unknown;
}

const clients: readonly Client[] = [
  {
    name: "Python's ServerProxy over Supervisor's transport",
    argv: ['/usr/bin/python3', 'python.py'],
    packages: ['supervisor', 'python3'],
    helper: "KeyError: 'faultCode'",
  },
  { name: "Perl's RPC::XML::Client", argv: ['/usr/bin/perl', 'perl.pl'], packages: ['librpc-xml-perl'] },
  {
    name: "Ruby's XMLRPC::Client",
    argv: ['/usr/bin/ruby', 'ruby.rb'],
    packages: ['ruby-xmlrpc'],
    helper: ['XMLRPC::FaultException', 'NOT_RUNNING: never'],
  },
  { name: "PHP's xmlrpc and streams", argv: ['/usr/bin/php', 'php.php'], packages: ['php-xmlrpc'] },
  { name: 'npm supervisord', argv: [process.execPath, 'supervisord.mjs'], packages: [] },
  { name: 'npm node-supervisord', argv: [process.execPath, 'node-supervisord.mjs'], packages: [] },
];

/** What every client must have got, whatever its language. */
const expected = (daemon: TestDaemon) => {
  const process = (name: string, more: object) => ({
    name,
    group: name,
    start: 'N',
    stop: 0,
    now: 'N',
    state: 0,
    statename: 'STOPPED',
    spawnerr: '',
    exitstatus: 0,
    logfile: expect.stringMatching(`^${daemon.dir}/`),
    stdout_logfile: expect.stringMatching(`^${daemon.dir}/`),
    stderr_logfile: expect.stringMatching(`^${daemon.dir}/`),
    pid: 0,
    description: 'Not started',
    ...more,
  });
  const notRunning = { faultCode: 70, faultString: 'NOT_RUNNING: never' };
  return {
    state: { statecode: 1, statename: 'RUNNING' },
    processes: [
      process('cat', {
        state: 20,
        statename: 'RUNNING',
        pid: 'N',
        description: 'pid N, uptime T',
        stop: expect.anything(),
      }),
      process('never', { start: 0 }),
      process('text', { state: 100, statename: 'EXITED', stop: 'N', description: 'DATE' }),
      process('unfound', { start: 0 }),
    ],
    stop: true,
    'stop again': [70, 'NOT_RUNNING: cat'],
    start: true,
    'start unfound': [20, "NO_FILE: can't find command '/does/not/exist'"],
    'info of nobody': [10, 'BAD_NAME: nobody'],
    'no such method': [1, 'UNKNOWN_METHOD'],
    read: `${TEXT}\n`,
    tail: [`${TEXT}\n`, Buffer.byteLength(`${TEXT}\n`), false],
    send: true,
    multicall: [{ statecode: 1, statename: 'RUNNING' }, notRunning],
  };
};

describeKinds('the clients that users of Supervisor have, on {kind}', (kind) => {
  const opened = freePort();
  withDaemon(
    'as they are',
    async () => ({ kind, config: config(await opened) }),
    (daemon) => {
      beforeAll(() => untilState(daemon(), 'text', 'EXITED'));

      describe.each(clients.map((client) => [client.name, client] as const))('%s', (_, client) => {
        needs(...client.packages).test('gets the same as under Supervisor', async () => {
          const text = `${client.argv[1]}: ${TEXT}`;
          const { stdout, stderr, code } = await runClient(client.argv, daemon(), await opened, text);
          expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
          const helper = client.helper === undefined ? {} : { helper: client.helper };
          expect(JSON.parse(masked(stdout))).toEqual({ ...expected(daemon()), ...helper });
          const sent = () => readFileSync(join(daemon().dir, 'cat.log'), 'utf8').includes(text);
          await daemon().until('what the client sent has come back', sent);
        });
      });
    },
  );
});

needs('supervisor', 'curl').test(
  'curl and XML by hand get the same answers, byte for byte, as of Supervisor',
  async () => {
    const answers = await Promise.all([ours, debian].map(askByHand));
    expect(answers[0]).toEqual(answers[1]);
  },
);

async function askByHand(kind: DaemonKind): Promise<string> {
  const port = await freePort();
  await using daemon = await startDaemon({ kind, config: config(port) });
  await untilState(daemon, 'text', 'EXITED');
  const { stdout, stderr } = await runClient(['/bin/sh', 'curl.sh'], daemon, port, TEXT);
  expect(stderr).toBe('');
  return masked(stdout).replaceAll(daemon.dir, '{here}');
}

function runClient(argv: readonly string[], daemon: TestDaemon, port: number, text: string): Promise<CommandResult> {
  const [command = '', script = ''] = argv;
  const file = join(import.meta.dirname, 'fixtures', script);
  return runCommand([command, file, `127.0.0.1:${port}`, 'admin', 'pass+word', daemon.socket, text]);
}

/** An answer, in JSON or in XML, without what differs from one moment to the next. */
function masked(text: string): string {
  return text
    .replace(/("(?:start|stop|now|pid)": ?)[1-9]\d*/g, '$1"N"')
    .replace(/(<name>(?:start|stop|now|pid)<\/name>\s*<value><int>)[1-9]\d*/g, '$1N')
    .replace(/(---supervisor-)\w{8}\.log/g, '$1X.log')
    .replace(/\bpid \d+/g, 'pid N')
    .replace(/uptime \d+:\d\d:\d\d/g, 'uptime T')
    .replace(/\b[A-Z][a-z]{2} \d\d \d\d:\d\d [AP]M/g, 'DATE');
}
