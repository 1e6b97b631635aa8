/** `init` in folders as people have them: what it writes is started as it is, and asked for a page. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { ours, startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { needs } from '../../support/skips.ts';

type Files = Readonly<Record<string, string>>;

function folderWith(files: Files): string {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

const init = (dir: string, ...flags: string[]) => runCommand([...ours.ctl, 'init', ...flags], { cwd: dir });

/** Writes the file, has it checked, with and without the upstream for nginx, and starts it. */
async function started(files: Files, port: number): Promise<TestDaemon> {
  const dir = folderWith(files);
  const file = join(dir, 'supervisord.conf');
  const written = await init(dir, '--port', String(port));
  expect(written, written.stdout).toMatchObject({ stderr: '', code: 0 });
  expect(written.stdout).toContain(`\n  tssupervisord -c ${file}\n`);
  const config = readFileSync(file, 'utf8');
  writeFileSync(file, config.replace(/^;(?=\[upstream|\w+=)/gm, ''));
  const good = { stdout: `${file}: the configuration can be used\n`, stderr: '', code: 0 };
  expect(await runCommand([...ours.daemon, '--test', '-c', file])).toEqual(good);
  writeFileSync(file, config);
  expect(await runCommand([...ours.daemon, '--test', '-c', file])).toEqual(good);
  return await startDaemon({ dir, config });
}

async function running(daemon: TestDaemon, name: string): Promise<void> {
  await daemon.until(`${name} is RUNNING`, async () => (await daemon.ctl('status', name)).stdout.includes('RUNNING'));
}

const page = async (port: number) => (await fetch(`http://127.0.0.1:${port}/`)).text();

needs('gunicorn', 'python3-flask').test('a Flask application: gunicorn serves it', async () => {
  const port = await freePort();
  const app = 'from flask import Flask\napp = Flask(__name__)\n\n@app.get("/")\ndef index():\n    return "hello"\n';
  await using daemon = await started({ 'app.py': app, 'requirements.txt': 'Flask\ngunicorn\n' }, port);
  await running(daemon, 'web:web_00');
  expect(await page(port)).toBe('hello');
  expect(await daemon.ctl('stop', 'web:*')).toMatchObject({ code: 0, stdout: 'web:web_00: stopped\n' });
});

needs('uwsgi', 'uwsgi-plugin-python3').test('uwsgi.ini: uWSGI serves it, and TERM ends it', async () => {
  const port = await freePort();
  const uwsgi = `[uwsgi]\nplugin = python3\nhttp-socket = 127.0.0.1:${port}\nwsgi-file = app.py\nmaster = true\n`;
  const app = 'def application(environ, start_response):\n    start_response("200 OK", [])\n    return [b"hello"]\n';
  await using daemon = await started({ 'uwsgi.ini': uwsgi, 'app.py': app }, port);
  await running(daemon, 'web');
  expect(await page(port)).toBe('hello');
  expect(await daemon.ctl('stop', 'web')).toMatchObject({ code: 0, stdout: 'web: stopped\n' });
  expect(daemon.log()).not.toContain('SIGKILL');
});

test('package.json: Node runs its start script without npm', async () => {
  const port = await freePort();
  const server = "require('node:http').createServer((_, answer) => answer.end('hello')).listen(process.env.PORT);\n";
  const files = { 'package.json': '{"scripts": {"start": "node server.js"}}', 'server.js': server };
  await using daemon = await started(files, port);
  await running(daemon, 'web:web_00');
  expect(await page(port)).toBe('hello');
});

needs('python3').test('a Procfile: every line is a program, with PORT as Heroku has it', async () => {
  const port = await freePort();
  const procfile =
    'web: python3 -m http.server --bind 127.0.0.1 $PORT\n' +
    'worker: while :; do date +%H; sleep 0.2; done\n' +
    "release: echo 'released' > it\n";
  await using daemon = await started({ Procfile: procfile, 'index.html': 'hello' }, port);
  await running(daemon, 'web:web_00');
  await running(daemon, 'worker');
  expect(await page(port)).toBe('hello');
  await daemon.ctl('start', 'release');
  await daemon.until('the release has run', () => existsSync(join(daemon.dir, 'it')));
});

needs('php-cgi', 'libfcgi-bin').test('index.php: php-cgi answers by FastCGI', async () => {
  const port = await freePort();
  await using daemon = await started({ 'index.php': '<?php echo "hello";\n' }, port);
  await running(daemon, 'php:php_00');
  const { stdout } = await runCommand(['/usr/bin/cgi-fcgi', '-bind', '-connect', `127.0.0.1:${port}`], {
    env: { SCRIPT_FILENAME: join(daemon.dir, 'index.php'), REQUEST_METHOD: 'GET', REDIRECT_STATUS: '200' },
  });
  expect(stdout).toMatch(/^Content-type: text\/html.*hello/ms);
});

needs('php-fpm', 'libfcgi-bin').test('php-fpm.conf: php-fpm answers where it lets it listen', async () => {
  const port = await freePort();
  // Started by root it wants a user; as anybody else it says that it cannot change to one, and goes on.
  const pool = `[www]\nuser = nobody\nlisten = 127.0.0.1:${port}\npm = static\npm.max_children = 1\n`;
  const fpm = `[global]\nerror_log = /dev/stderr\n\n${pool}`;
  await using daemon = await started({ 'php-fpm.conf': fpm, 'index.php': '<?php echo "hello";\n' }, port);
  await running(daemon, 'php');
  chmodSync(daemon.dir, 0o755);
  const { stdout } = await runCommand(['/usr/bin/cgi-fcgi', '-bind', '-connect', `127.0.0.1:${port}`], {
    env: { SCRIPT_FILENAME: join(daemon.dir, 'index.php'), REQUEST_METHOD: 'GET' },
  });
  expect(stdout).toMatch(/^Content-type: text\/html.*hello/ms);
  expect(await daemon.ctl('stop', 'php')).toMatchObject({ code: 0, stdout: 'php: stopped\n' });
  expect(daemon.log()).not.toContain('SIGKILL');
});

test('a file that is there is not touched without --force, and --stdout writes none', async () => {
  const dir = folderWith({ Procfile: 'a: sleep 1\n' });
  const file = join(dir, 'supervisord.conf');
  try {
    const shown = await init(dir, '--stdout');
    expect([shown.code, existsSync(file)]).toEqual([0, false]);
    writeFileSync(file, 'mine');
    const refusal = `${file} is there already: --force replaces it, --stdout shows what would be written\n`;
    expect(await init(tmpdir(), '--dir', dir)).toEqual({ stdout: refusal, stderr: '', code: 1 });
    expect(JSON.parse((await init(dir, '--json')).stdout)).toEqual({
      ok: false,
      exitcode: 1,
      error: { code: 'FAILED', message: refusal.trimEnd() },
      lines: [refusal.trimEnd()],
    });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    const { stdout, code } = await init(dir, '--force', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      {
        ok: true,
        exitcode: 0,
        file,
        programs: [{ name: 'a', found: 'a of the Procfile: sleep 1', url: null }],
        missing: [],
      },
    ]);
    expect(readFileSync(file, 'utf8')).toBe(shown.stdout);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('where the path of the socket would be too long it says so', async () => {
  const dir = folderWith({});
  const deep = join(dir, 'x'.repeat(90));
  try {
    mkdirSync(deep);
    writeFileSync(join(deep, 'Procfile'), 'a: sleep 1\n');
    const { stdout, code } = await init(dir, '--dir', deep);
    expect([code, stdout]).toEqual([0, expect.stringContaining('The path of supervisor.sock is too long here')]);
    expect((await init(dir, '--dir', deep, '--force', '--json')).stdout).toMatch(/^\{/);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('in a folder with nothing to run it says what it looked for, and writes nothing', async () => {
  const dir = folderWith({});
  try {
    const { stdout, code } = await init(dir);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^Found nothing to run in .*: looked for a Procfile/)]);
    expect(existsSync(join(dir, 'supervisord.conf'))).toBe(false);
    expect((await init(dir, '--port', 'x')).code).toBe(2);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
