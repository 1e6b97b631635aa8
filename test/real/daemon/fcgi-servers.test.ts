/** Real FastCGI programs behind a real nginx: one daemon with all of them, over a unix socket and over TCP. */
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { freePortHundred } from '../../support/ports.ts';
import { needs } from '../../support/skips.ts';
import { infoOf, textOf, untilState } from './support.ts';

const page = `<?php
header('Content-Type: text/plain');
echo getenv('SUPERVISOR_PROCESS_NAME'), ' ', getmypid(), ' ', $_SERVER['QUERY_STRING'];
`;

const script = `#!/bin/sh
echo 'Content-Type: text/plain'
echo
echo "$QUERY_STRING from a shell"
`;

function fcgi(name: string, command: string, socket: string, count: number): string {
  return [
    `[fcgi-program:${name}]`,
    ...[`command=${command}`, `socket=${socket}`, `numprocs=${count}`],
    ...['process_name=%(program_name)s_%(process_num)d', 'startsecs=0', 'autorestart=true', 'priority=1', ''],
    ...(socket.startsWith('unix') ? ['socket_mode=0777', ''] : ['']),
  ].join('\n');
}

/** A folder that nginx's workers may enter, with what is served and how. */
function folder(front: number, back: number): string {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  chmodSync(dir, 0o755);
  mkdirSync(join(dir, 'temp'));
  writeFileSync(join(dir, 'page.php'), page);
  writeFileSync(join(dir, 'script.sh'), script, { mode: 0o755 });
  const location = (name: string, pass: string, file: string) => `
    location /${name} {
      fastcgi_pass ${pass};
      fastcgi_param SCRIPT_FILENAME ${dir}/${file};
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param QUERY_STRING $query_string;
    }`;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  writeFileSync(
    join(dir, 'nginx.conf'),
    `daemon off;
user www-data;
pid nginx.pid;
error_log errors.log;
events { worker_connections 256; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path temp/${name};`).join(' ')}
  server {
    listen 127.0.0.1:${front};${location('unix', `unix:${dir}/php.sock`, 'page.php')}
${location('tcp', `127.0.0.1:${back}`, 'page.php')}
${location('shell', `unix:${dir}/shell.sock`, 'script.sh')}
  }
}
`,
  );
  return dir;
}

needs('nginx', 'php-cgi', 'fcgiwrap').describe('FastCGI programs behind nginx', () => {
  let daemon: TestDaemon;
  let front = 0;

  beforeAll(async () => {
    front = (await freePortHundred(2)) * 100;
    const back = front + 1;
    const config = [
      fcgi('unix', 'php-cgi', 'unix://%(here)s/php.sock', 3),
      fcgi('tcp', 'php-cgi', `tcp://127.0.0.1:${back}`, 3),
      fcgi('shell', '/usr/sbin/fcgiwrap', 'unix://%(here)s/shell.sock', 2),
      '[program:nginx]\ncommand=/usr/sbin/nginx -e stderr -p %(here)s -c nginx.conf\nstopsignal=QUIT\nkillasgroup=true\n',
    ];
    daemon = await startDaemon({ dir: folder(front, back), config: config.join('') });
    await daemon.until('nginx answers', () => get('shell?0'));
  });

  afterAll(() => daemon?.stop());

  /** The text of a page; undefined when it is an error. */
  async function get(path: string): Promise<string | undefined> {
    const answer = await fetch(`http://127.0.0.1:${front}/${path}`);
    const text = await answer.text();
    return answer.ok ? text : undefined;
  }

  const refusals = () => textOf(join(daemon.dir, 'errors.log')).match(/connect\(\) .*/g) ?? [];

  test('a shell script answers by fcgiwrap', async () => {
    expect(await get('shell?some=words')).toBe('some=words from a shell\n');
  });

  test.each(['unix', 'tcp'])('three PHP on one %s socket all answer', async (name) => {
    const pids = new Map<string, string>();
    await daemon.until('each of the three has answered', async () => {
      const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((number) => get(`${name}?n=${number}`)));
      for (const [index, answer] of answers.entries()) {
        const [who = '', pid = '', query] = answer?.split(' ') ?? [];
        expect(query).toBe(`n=${index + 1}`);
        pids.set(who, pid);
      }
      return pids.size === 3;
    });
    for (const [who, pid] of pids) expect((await infoOf(daemon, `${name}:${who}`)).pid).toBe(Number(pid));
  });

  test.each(['unix', 'tcp'])(
    'killing the processes of a %s socket one after the other refuses no request',
    async (name) => {
      const counts = { good: 0, bad: 0 };
      let isOver = false;
      const ask = async () => {
        while (!isOver) counts[(await get(`${name}?x`)) === undefined ? 'bad' : 'good'] += 1;
      };
      const asking = [ask(), ask(), ask(), ask()];
      const victims = [0, 1, 2, 1, 0].map((number) => `${name}:${name}_${number}`);
      try {
        for (const victim of victims) {
          const { pid } = await untilState(daemon, victim, 'RUNNING');
          process.kill(pid, 'SIGKILL');
          await daemon.until('it is back', async () => {
            const info = await infoOf(daemon, victim);
            return info.statename === 'RUNNING' && info.pid !== pid;
          });
          const before = counts.good;
          await daemon.until('answers go on', () => counts.good > before + 20);
        }
      } finally {
        isOver = true;
        await Promise.all(asking);
      }
      expect(refusals()).toEqual([]);
      // The request in the hands of a process that is killed is lost with it; it has one at a time.
      expect(counts.bad).toBeLessThanOrEqual(victims.length);
    },
  );

  test('requests wait while all processes are held up, and none is lost', async () => {
    const pids = await Promise.all([0, 1, 2].map(async (number) => (await infoOf(daemon, `tcp:tcp_${number}`)).pid));
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    const waiting = Promise.all(Array.from({ length: 20 }, (_, number) => get(`tcp?${number}`)));
    expect(await get('unix?x')).toMatch(/ x$/);
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    expect((await waiting).map((text) => text?.split(' ')[2])).toEqual(Array.from({ length: 20 }, (_, n) => `${n}`));
  });
});
