/** `--json` of every verb there is: docs/cli.md tells the shape of its document, or that it has none. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commands } from '../../../src/ctl/commands.ts';
import { checkout, startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { freePort } from '../../support/free-port.ts';

const page = readFileSync(join(checkout, 'docs/cli.md'), 'utf8');

/** The examples of the page: a command line, and the document that answers it. */
const examples = [...page.matchAll(/^ {4}\$ tssupervisorctl (.*--json.*)\n((?: {4}[^$].*\n)+)/gm)].map(
  ([, line = '', answer = '']) => ({ line, answer: answer.replace(/^ {4}/gm, '') }),
);
/** After these there is nobody to ask. */
const isLast = (line: string) => line.startsWith('shutdown') || line === 'reload --json';
/** The server of the page's example. */
const PAGE_PORT = '8000';

let daemon: TestDaemon;
let port: number;

beforeAll(async () => {
  port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  mkdirSync(join(dir, 'app'));
  writeFileSync(join(dir, 'app/Procfile'), 'web: ./serve\nworker: ./work\n');
  writeFileSync(join(dir, 'serve.cjs'), "require('http').createServer((_, a) => a.end()).listen(process.argv[2]);\n");
  daemon = await startDaemon({ dir, config: configOf(port) });
  await daemon.until('broken has failed and all else is up', async () => {
    const { stdout } = await daemon.ctl('status');
    return /broken +FATAL/.test(stdout) && (stdout.match(/web_0\d +RUNNING/g) ?? []).length === 2;
  });
});
afterAll(() => daemon.stop());

const configOf = (webPort: number) => `[program:server]
command=${process.execPath} %(here)s/serve.cjs ${webPort}

[program:web]
command=sh -c 'trap : HUP; echo "begin %(process_num)d"; while :; do sleep 1 & wait $!; done'
process_name=%(program_name)s_%(process_num)02d
numprocs=2
startsecs=0
port=auto
reload=signal HUP
stopasgroup=true
environment=API_KEY=abc,OLD="$PATH"

[program:broken]
command=sh -c 'echo connecting; echo "no database" >&2; exit 3'
startretries=0

[program:mailer]
command=cat
depends_on=broken

[program:cron]
command=cat
autostart=false
startsecs=0

[program:old]
command=cat
autostart=false
`;

async function json(words: readonly string[]): Promise<Record<string, unknown>> {
  const { stdout, stderr, code } = await daemon.ctl(...words);
  expect(stderr).toBe('');
  const document = JSON.parse(stdout.split('\n', 1)[0] ?? '') as Record<string, unknown>;
  if (words[0] === 'logs') return document;
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  expect(document['exitcode']).toBe(code);
  return document;
}

/** Keys and types; of a list that of its first entry, which those of the others must be. What events say is free. */
function shape(value: unknown, key = ''): unknown {
  if (key === 'data') return 'data';
  if (Array.isArray(value)) return value.length === 0 ? [] : [shape(value[0])];
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shape(each, name)]));
}

async function expectExample({ line, answer }: (typeof examples)[number]): Promise<void> {
  const wanted = JSON.parse(answer) as Record<string, unknown>;
  const document = await json(line.replace(`:${PAGE_PORT}/`, `:${port}/`).split(' '));
  expect(shape(document)).toEqual(shape(wanted));
  const { ok, exitcode } = document;
  expect({ ok, exitcode }).toEqual({ ok: wanted['ok'], exitcode: wanted['exitcode'] });
}

test.each(examples.filter(({ line }) => !isLast(line)))('the page tells the shape of $line', expectExample);

test.each(commands.map(({ name }) => name))('%s --json is an example of the page, or is refused', async (name) => {
  if (examples.some(({ line }) => line.split(' ')[0] === name)) return;
  expect(page).toMatch(new RegExp(`\`${name}\`,[^.]*have no \`--json\``));
  const message = `${name} has no --json`;
  expect(await json([name, '--json'])).toEqual({ ok: false, exitcode: 2, error: { code: 'USAGE', message } });
});

test('wait, init and drill that are refused have the head that all documents have', async () => {
  const head = (code: string, message: string) => ({ ok: false, error: { code, message } });
  const nobody = 'nobody: ERROR (no such process)';
  expect(await json(['wait', 'nobody', '--json'])).toMatchObject(head('BAD_NAME', nobody));
  expect(await json(['wait', 'web:*', '--for', 'redy', '--json'])).toMatchObject({ error: { code: 'USAGE' } });
  const there = `${join(daemon.dir, 'app/supervisord.conf')} is there already: --force replaces it, --stdout shows what would be written`;
  expect(await json(['init', '--dir', 'app', '--json'])).toMatchObject(head('FAILED', there));
  expect(await json(['drill', 'nobody', `http://127.0.0.1:${port}/`, '--json'])).toMatchObject({ ok: false });
});

test('reload and shutdown, after which nobody answers, say that it was done', async () => {
  for (const example of examples.filter(({ line }) => isLast(line))) {
    await daemon.until('it answers', async () => (await daemon.ctl('pid')).code === 0);
    await expectExample(example);
  }
});
