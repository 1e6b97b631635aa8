/** Drills of real servers behind a real nginx: what is said to be lost must be what nginx says. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProcessInfo } from '../../../src/ctl/supervisor.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { freePortHundred } from '../../support/ports.ts';
import { needs } from '../../support/skips.ts';

/** Answers, but to every third request for /moody with 503, to /cut after a while, and never to /never. */
const server = `
import { createServer } from 'node:http';
let moody = 0;
createServer(({ url }, response) => {
  if (url === '/never') return;
  if (url === '/moody' && (moody += 1) % 3 === 0) response.statusCode = 503;
  setTimeout(() => response.end('fine'), url === '/cut' ? 200 : 0);
}).listen(Number(process.argv[2]), '127.0.0.1');
`;

/** Tries another server when one refuses, as every front should; hides no 503 of theirs. */
function nginxConfig(front: number, servers: readonly number[]): string {
  return `
daemon off;
pid nginx.pid;
error_log stderr;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 512; }
http {
  log_format short '$status $request_uri';
  access_log access.log short;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  upstream web { ${servers.map((port) => `server 127.0.0.1:${port} max_fails=0;`).join(' ')} }
  server { listen 127.0.0.1:${front}; location / { proxy_pass http://web; } }
}
`;
}

needs('nginx').describe('a drill', () => {
  let daemon: TestDaemon;
  let front: string;
  let first: string;

  beforeAll(async () => {
    const base = (await freePortHundred(5)) * 100;
    const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
    writeFileSync(join(dir, 'server.mjs'), server);
    writeFileSync(join(dir, 'nginx.conf'), nginxConfig(base + 4, [base, base + 1, base + 2]));
    front = `http://127.0.0.1:${base + 4}`;
    first = `http://127.0.0.1:${base}`;
    const node = process.execPath;
    daemon = await startDaemon({
      dir,
      config: `
[program:web]
command=${node} %(here)s/server.mjs %(port)d
process_name=%(program_name)s_%(process_num)d
numprocs=3
port=${base}
ready=tcp
startsecs=0
[program:nginx]
command=nginx -p %(here)s -c nginx.conf -e stderr
startsecs=0
stopsignal=QUIT
`,
    });
    await daemon.until('pages come through nginx from servers that all run', async () => {
      const states = ((await daemon.rpc('supervisor.getAllProcessInfo')) as unknown as ProcessInfo[]).map(
        ({ statename }) => statename,
      );
      return states.every((state) => state === 'RUNNING') && (await fetch(`${front}/up`)).status === 200;
    });
  });

  afterAll(async () => void (await daemon?.stop()));

  const log = (path: string) =>
    readFileSync(join(daemon.dir, 'access.log'), 'utf8')
      .split('\n')
      .filter((line) => line.endsWith(` ${path}`));

  const pids = async () => {
    const infos = (await daemon.rpc('supervisor.getAllProcessInfo')) as unknown as ProcessInfo[];
    return infos.filter(({ group }) => group === 'web').map(({ pid }) => pid);
  };

  /** What `--json` says, with the exit status. */
  const json = async (...args: string[]) => {
    const { stdout, stderr, code } = await daemon.ctl('drill', ...args, '--json', '--yes');
    expect(stderr).toBe('');
    const { summary, actions, failures } = JSON.parse(stdout);
    return { code, summary, failures, actions: actions.map(({ name }: { name: string }) => name.replace(/ .*/, '')) };
  };

  test('nothing is lost behind nginx while servers are killed and rolled', async () => {
    const before = await pids();
    const options = ['--do', 'kill,roll', '--for', '2s', '--pause', '200ms'];
    const { code, summary, actions, failures } = await json('web:*', `${front}/quiet`, ...options);
    expect(failures).toEqual([]);
    expect(actions).toEqual(expect.arrayContaining(['kill', 'roll']));
    expect(summary).toMatchObject({ lost: 0, losses: [], byStatus: { 200: summary.requests } });
    expect(summary.requests).toBeGreaterThan(10);
    await daemon.until('nginx has written as many lines', () => log('/quiet').length === summary.requests);
    expect((await pids()).filter((pid) => before.includes(pid))).toEqual([]);
    expect(code).toBe(0);
  });

  test('one process more and one less is noticed by nobody, and leaves as many as before', async () => {
    const before = await pids();
    const options = ['--do', 'scale', '--for', '500ms', '--pause', '100ms'];
    const { code, summary, failures } = await json('web', `${front}/more`, ...options);
    expect(failures).toEqual([]);
    expect(summary).toMatchObject({ lost: 0 });
    expect(await pids()).toEqual(before);
    expect(code).toBe(0);
  });

  test('an answer of 503 is a lost request, once for each that nginx has passed on', async () => {
    const options = ['--do', 'nothing', '--for', '1', '--rate', '100'];
    const { code, summary } = await json('web', `${front}/moody`, ...options);
    await daemon.until('nginx has written as many lines', () => log('/moody').length === summary.requests);
    const failed = log('/moody').filter((line) => line.startsWith('503')).length;
    expect(failed).toBeGreaterThan(0);
    expect(summary).toMatchObject({ lost: failed, byKind: { '5xx': failed, refused: 0 } });
    expect(code).toBe(1);
  });

  test('a server without others to stand in for it loses what comes while it is dead, near its kill', async () => {
    const options = ['--yes', '--do', 'kill', '--for', '1500ms', '--pause', '500ms'];
    const { stdout, code } = await daemon.ctl('drill', 'web:web_0', `${first}/`, ...options);
    const count = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1]);
    expect(count(/^lost +(\d+)$/m)).toBeGreaterThan(0);
    expect(count(/^ +refused (\d+)$/m)).toBeGreaterThan(0);
    expect(stdout).toMatch(/^ +\d+ near kill 1, after "SIGKILL to web:web_0 \(pid \d+\)" \(ECONNREFUSED\)$/m);
    expect(stdout).toMatch(/s {2}kill 1: web:web_0 runs again \(pid \d+\)$/m);
    expect(code).toBe(1);
  });

  test('an answer that does not come in time is lost, and no more than --concurrency wait for one', async () => {
    const options = ['--do', 'nothing', '--for', '1', '--timeout', '300ms', '--concurrency', '2'];
    expect(await daemon.ctl('drill', 'web', `${front}/never`, ...options)).toMatchObject({
      code: 1,
      stdout: `Error: ${front}/never does not answer before the drill: timeout (no answer in 300 ms)\n`,
    });
  });

  test('nobody is killed without being asked for it, and no other machine gets any load', async () => {
    const before = await pids();
    const unasked = await daemon.ctl('drill', 'web:*', `${front}/`);
    expect(unasked.stdout).toBe('Error: A drill kills processes of web:*: say --yes, or leave kill out of --do\n');
    const elsewhere = await daemon.ctl('drill', 'web:*', 'http://192.0.2.1/', '--yes');
    expect(elsewhere.stdout).toBe('Error: A drill sends its load to this machine only, and 192.0.2.1 is another\n');
    const unknown = await daemon.ctl('drill', 'nobody', `${front}/`, '--yes');
    expect(unknown.stdout).toBe('Error: There is no process nobody\n');
    expect([unasked.code, elsewhere.code, unknown.code]).toEqual([1, 1, 1]);
    expect(await pids()).toEqual(before);
  });

  test('Ctrl-C ends the load, and what has been done until then is said', async () => {
    const [file = '', ...words] = daemon.kind.ctl;
    const args = [...words, '-c', daemon.file, 'drill', 'web', `${front}/cut`, '--do', 'nothing', '--for', '10m'];
    const drill = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let seen = '';
    drill.stdout.on('data', (piece: Buffer) => {
      seen += piece.toString();
    });
    const ended = new Promise((settle) => drill.on('close', settle));
    await daemon.until('requests have come, and more are under way', () => log('/cut').length > 5);
    drill.kill('SIGINT');
    expect(await ended).toBe(1);
    expect(seen).toMatch(/^requests +\d+ in /m);
    expect(seen).toMatch(/^lost +0$/m);
    expect(seen).toMatch(/^ended +before its time was up; [1-8] requests? (was|were) cut off$/m);
  });
});
