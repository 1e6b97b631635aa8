/** What a person at a terminal is told when there is no talking to the daemon, and that a script is told nothing more. */
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { dist, startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { freePort } from '../../support/free-port.ts';

const ctl = [process.execPath, join(dist, 'tssupervisorctl.cjs')];
let daemon: TestDaemon;
let stranger: Server;
let folder = '';
let loginUrl = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  loginUrl = `http://127.0.0.1:${port}`;
  daemon = await startDaemon({
    config: `[inet_http_server]\nport=127.0.0.1:${port}\nusername=bob\npassword=secret\n`,
  });
  stranger = createServer((socket) => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'));
  stranger.listen(0, '127.0.0.1');
  await once(stranger, 'listening');
});
afterAll(async () => {
  stranger.close();
  await daemon.stop();
  rmSync(folder, { recursive: true });
});

interface Heard {
  readonly stdout: string;
  /** What came to the terminal that standard error was, behind what comes there without one, which is `own`. */
  readonly stderr: string;
  readonly own: string;
  readonly code: number;
}

/** Runs it with a terminal as standard error, and once more without any: the rest must be the same. */
async function heard(words: readonly string[], prefix: readonly string[] = []): Promise<Heard> {
  const argv = [...prefix, ...ctl, ...words];
  const plain = await runCommand(argv, { cwd: folder });
  const own = plain.stderr;
  writeFileSync(join(folder, 'run.sh'), `${argv.map((word) => `'${word}'`).join(' ')} >'${folder}/stdout'\n`);
  const seen = await runCommand(['/usr/bin/script', '-qec', `/bin/sh ${folder}/run.sh`, '/dev/null'], { cwd: folder });
  const { stdout } = await runCommand(['cat', join(folder, 'stdout')]);
  const stderr = seen.stdout.replaceAll('\r\n', '\n');
  expect([plain.stdout, plain.code, stderr.slice(0, own.length)]).toEqual([stdout, seen.code, own]);
  return { stdout, stderr: stderr.slice(own.length), own, code: seen.code };
}

function fileWith(name: string, serverurl: string, more = ''): string {
  const path = join(folder, name);
  writeFileSync(path, `[supervisorctl]\nserverurl=${serverurl}\n${more}`);
  return path;
}

test('a socket that is not there: start the daemon, with this file', async () => {
  const file = fileWith('none.conf', `unix://${folder}/s.sock`, `[unix_http_server]\nfile=%(here)s/s.sock\n`);
  expect(await heard(['-c', file, 'status'])).toEqual({
    stdout: `unix://${folder}/s.sock no such file\n`,
    stderr: `No supervisord runs with this file: start it with "tssupervisord -c ${file}"\n`,
    own: '',
    code: 4,
  });
});

test('a socket at another place than the file of the daemon says: which one it says', async () => {
  const file = fileWith('two.conf', `unix://${folder}/a.sock`, `[unix_http_server]\nfile=%(here)s/b.sock\n`);
  const { stderr } = await heard(['-c', file, 'pid']);
  expect(stderr).toContain(
    `${file} makes its socket at ${folder}/b.sock: write serverurl=unix://${folder}/b.sock into`,
  );
});

test('a socket that a killed daemon has left: start it again', async () => {
  writeFileSync(join(folder, 'left.sock'), '');
  const { stdout, stderr } = await heard(['-s', `unix://${folder}/left.sock`, 'stop', 'all']);
  expect(stdout).toBe(`unix://${folder}/left.sock refused connection\n`);
  expect(stderr).toMatch(/^Its socket was left behind by a supervisord that was killed\. .*"tssupervisord -c FILE"\n$/);
});

test('a socket in a folder of others: whose it is, and sudo', async () => {
  const closed = join(folder, 'closed');
  mkdirSync(closed);
  chmodSync(closed, 0);
  const asNobody =
    process.getuid?.() === 0 ? ['/usr/bin/setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
  const { stdout, stderr } = await heard(['-s', `unix://${closed}/s.sock`, 'status'], asNobody);
  expect(stdout).toMatch(/^error: <class 'PermissionError'>, \[Errno 13\] Permission denied: /);
  expect(stderr).toMatch(/^The folder .*\/closed belongs to \S+:\S+ and has mode 0000, and you are \S+: try "sudo tss/);
});

test('a server that wants a password: which is missing, or wrong', async () => {
  const { stdout, stderr, code } = await heard(['-s', loginUrl, 'status']);
  expect([stdout.split('\n', 1)[0], code]).toEqual(['Server requires authentication', 1]);
  expect(stderr).toBe('No user name was given: type "tssupervisorctl -u USER -p PASSWORD ..."\n');
  const wrong = await heard(['-s', loginUrl, '-u', 'bob', '-p', 'guess', 'status']);
  expect(wrong.stderr).toMatch(/^User "bob" or the password given for it is not the server's: /);
});

test('another server at that address: that it is no supervisord', async () => {
  const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  const { stderr } = await heard(['-s', url, 'status']);
  expect(stderr).toBe(
    `What answers there ("404 Not Found") is no supervisord: check serverurl, which is ${url} (-s)\n`,
  );
});

test('a verb that was mistyped: which was meant', async () => {
  expect(await heard(['-c', daemon.file, 'statsu', 'all'])).toEqual({
    stdout: '*** Unknown syntax: statsu all\n',
    stderr: 'Did you mean "status"?\n',
    own: '',
    code: 1,
  });
  expect(await heard(['-c', daemon.file, 'frobnicate'])).toMatchObject({ stderr: '', own: '' });
});

test('a file that is not there: the one that was meant, or how to have one', async () => {
  fileWith('supervisord.conf', 'unix:///none.sock');
  const { own, stderr, code } = await heard(['-c', join(folder, 'supervisor.conf'), 'status']);
  expect(own).toMatch(/^Error: could not find config file \S+supervisor\.conf\nFor help, use \S+ -h\n$/);
  expect([stderr, code]).toEqual([`Did you mean ${folder}/supervisord.conf?\n`, 2]);
  const other = await heard(['-c', join(folder, 'my-own-file'), 'status']);
  expect(other.stderr).toBe('"tssupervisorctl init" writes one for what is in this folder\n');
});

test('a file without [supervisorctl]: the lines that it wants', async () => {
  const file = join(folder, 'half.conf');
  writeFileSync(file, '[unix_http_server]\nfile=%(here)s/s.sock\n');
  expect((await heard(['-c', file, 'status'])).stderr).toContain(
    `add to ${file} the lines [supervisorctl] and serverurl=unix://${folder}/s.sock\n`,
  );
});

test('when the daemon answers, nobody is told anything', async () => {
  expect(await heard(['-c', daemon.file, 'stop', 'nobody'])).toMatchObject({ stderr: '', own: '', code: 1 });
});
