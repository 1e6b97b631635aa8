/** The upstream of an nginx that is not there: what is written, tested and reloaded, and how often. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { UpstreamConfig } from '../../../src/daemon/config/model.ts';
import type { Applied } from '../../../src/daemon/upstreams/driver.ts';
import { Nginx } from '../../../src/daemon/upstreams/nginx.ts';
import { nginxFile } from '../../../src/daemon/upstreams/nginx-file.ts';
import type { WishedServer } from '../../../src/daemon/upstreams/servers.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tssupervisor-upstream-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function server(number: number, state: WishedServer['state'] = 'in'): WishedServer {
  const address = { family: 'inet', host: '127.0.0.1', port: 2000 + number } as const;
  return { name: `web:web_${number}`, address, ids: [`web:web_${number}`], state };
}

function setUp(test?: readonly string[]) {
  const file = join(dir, 'web.conf');
  const driver = { type: 'nginx', file, test, reload: { type: 'program', program: 'nginx' } } as const;
  const config: UpstreamConfig = { name: 'web', programs: ['web'], options: '', drainMs: 5000, driver };
  const done: string[] = [];
  const answers = { test: { ok: true } as Applied, reload: { ok: true } as Applied };
  const nginx = new Nginx(
    {
      log: { error: () => undefined, warn: () => undefined, info: () => undefined },
      run: async (argv) => {
        done.push(argv.join(' '));
        return answers.test;
      },
      reload: {
        request: async () => {
          done.push('reload');
          return answers.reload;
        },
      },
    },
    config,
    driver,
  );
  return { file, nginx, done, answers, text: () => readFileSync(file, 'utf8') };
}

test('every process has its line, with the options, and down where it gets no requests', () => {
  const unix: WishedServer = { ...server(2, 'draining'), address: { family: 'unix', path: '/run/a b.sock' } };
  const six: WishedServer = { ...server(3), address: { family: 'inet', host: '::1', port: 2003 } };
  expect(
    nginxFile('web', 'max_fails=1', [server(0), server(1, 'out'), unix, six])
      .split('\n')
      .slice(1),
  ).toEqual([
    'upstream web {',
    '    server 127.0.0.1:2000 max_fails=1; # web:web_0',
    '    server 127.0.0.1:2001 max_fails=1 down; # web:web_1',
    '    server "unix:/run/a b.sock" max_fails=1 down; # web:web_2',
    '    server [::1]:2003 max_fails=1; # web:web_3',
    '}',
    '',
  ]);
});

test('without any process there is a server that is down: nginx refuses an upstream without one', () => {
  expect(nginxFile('web', '', [])).toMatch(/^ {4}server 127\.0\.0\.1:9 down;/m);
});

test('a change is written, tested and reloaded; no change is none of it', async () => {
  const { nginx, done, text, file } = setUp(['nginx', '-t']);
  writeFileSync(file, 'older');
  expect(await nginx.apply([server(0)])).toEqual({ ok: true });
  expect(await nginx.apply([server(0)])).toEqual({ ok: true });
  expect(done).toEqual(['nginx -t', 'reload']);
  await nginx.apply([server(0, 'draining')]);
  await nginx.apply([server(0, 'out')]);
  expect(done).toEqual(['nginx -t', 'reload', 'nginx -t', 'reload']);
  expect(text()).toContain('2000 down;');
});

test('a file that is right already is not written again', async () => {
  const { nginx, done, file, text } = setUp();
  writeFileSync(file, nginxFile('web', '', [server(0)]));
  const { ino } = statSync(file);
  await nginx.apply([server(0)]);
  expect(statSync(file).ino).toBe(ino);
  expect(done).toEqual([]);
  writeFileSync(file, 'by hand');
  await nginx.apply([server(0)]);
  expect(text()).toBe(nginxFile('web', '', [server(0)]));
});

test('the first file is not asked about: what else nginx includes need not be there yet', async () => {
  const { nginx, done, answers, text } = setUp(['nginx', '-t']);
  answers.test = { ok: false, why: 'no other.conf' };
  expect(await nginx.apply([server(0)])).toEqual({ ok: true });
  expect(done).toEqual(['reload']);
  expect(text()).toContain('2000;');
});

test('what nginx refuses is taken back byte for byte, not reloaded, and tried again with the next change', async () => {
  const { nginx, done, answers, text } = setUp(['nginx', '-t']);
  await nginx.apply([server(0)]);
  const before = text();
  answers.test = { ok: false, why: 'nginx -t exited with status 1: [emerg] no' };
  expect(await nginx.apply([server(0, 'out')])).toEqual({
    ok: false,
    why: expect.stringMatching(/was refused, the old one is back .*: nginx -t exited with status 1: \[emerg\] no$/),
  });
  expect(text()).toBe(before);
  expect(done).toEqual(['reload', 'nginx -t']);
  answers.test = { ok: true };
  expect(await nginx.apply([server(0, 'out')])).toEqual({ ok: true });
  expect(text()).not.toBe(before);
});

test('a reload that failed is tried again, even without a change', async () => {
  const { nginx, done, answers } = setUp();
  answers.reload = { ok: false, why: 'no new workers' };
  expect(await nginx.apply([server(0)])).toEqual({ ok: false, why: 'no new workers' });
  answers.reload = { ok: true };
  expect(await nginx.apply([server(0)])).toEqual({ ok: true });
  expect(done).toEqual(['reload', 'reload']);
});

test('the file keeps its mode, and a link stays one', async () => {
  const { nginx, file } = setUp();
  mkdirSync(join(dir, 'real'));
  writeFileSync(join(dir, 'real', 'web'), 'old', { mode: 0o640 });
  symlinkSync(join(dir, 'real', 'web'), file);
  await nginx.apply([server(0)]);
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(readFileSync(join(dir, 'real', 'web'), 'utf8')).toContain('upstream web');
});

test('a folder that is not there is named', async () => {
  const { nginx, file, done } = setUp(['nginx', '-t']);
  rmSync(dir, { recursive: true });
  const applied = await nginx.apply([server(0)]);
  expect(applied).toEqual({ ok: false, why: expect.stringContaining(`Cannot write ${file}: ENOENT`) });
  expect(done).toEqual([]);
});
