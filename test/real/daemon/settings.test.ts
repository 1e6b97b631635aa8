/** Settings that no other test shows at work: what each does, under both daemons. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ours } from '../../support/daemon.ts';
import { describeKinds, infoOf, program, script, textOf, untilState, withDaemon } from './support.ts';

const isRoot = process.getuid?.() === 0;
const sha = createHash('sha1').update('se:cret').digest('hex');

const daemonSections = `[unix_http_server]
file=%(here)s/supervisor.sock
[unix_http_server:guarded]
file=%(here)s/guarded.sock
chmod=0722
${isRoot ? 'chown=games:tty\n' : ''}username=joe
password={SHA}${sha}
[supervisord]
logfile=%(here)s/main.log
logfile_maxbytes=2KB
logfile_backups=2
loglevel=debug
pidfile=%(here)s/main.pid
minprocs=3100
silent=true
nocleanup=true
childlogdir=%(here)s/children
identifier=mine
[include]
files = conf.d/*.conf %(here)s/single.conf
`;

const programs = [
  program('echo', 'cat', 'startsecs=0'),
  script(
    'errors',
    'exec cat >&2',
    'startsecs=0',
    'stderr_logfile=%(here)s/errors.log',
    'stderr_logfile_maxbytes=1KB',
    'stderr_logfile_backups=2',
  ),
  script(
    'told',
    'echo $SUPERVISOR_SERVER_URL; echo $SUPERVISOR_PROCESS_NAME $SUPERVISOR_GROUP_NAME $SUPERVISOR_ENABLED; echo $ALL; exec cat',
    'startsecs=0',
    'serverurl=http://example:1',
    'process_name=%(program_name)s_%(process_num)02d',
    'numprocs_start=7',
    'environment=ALL="%(here)s %(host_node_name)s %(program_name)s %(group_name)s %(process_num)d %(numprocs)d %(ENV_ANY)s"',
  ),
  '[group:tellers]\nprograms=told\n',
  script('hears', "trap 'echo heard' WINCH; echo up; while :; do sleep 0.05; done", 'startsecs=0'),
  script('who', 'echo $WHO; exec cat', 'startsecs=0', 'environment=WHO=main'),
].join('');

const leftover = 'old-stdout---mine-abc12345.log';

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  mkdirSync(join(dir, 'conf.d'));
  mkdirSync(join(dir, 'children'));
  writeFileSync(join(dir, 'children', leftover), 'old\n');
  writeFileSync(join(dir, 'conf.d', 'b.conf'), '[program:who]\nenvironment=WHO=included\n');
  writeFileSync(join(dir, 'conf.d', 'c.txt'), '[program:unread]\ncommand=cat\n');
  writeFileSync(join(dir, 'single.conf'), program('single', 'cat', 'startsecs=0'));
  return dir;
}

describeKinds('what the settings do under {kind}', (kind) => {
  withDaemon(
    'that has many of them',
    () => ({
      kind: { ...kind, daemon: ['prlimit', '--nproc=3000:6000', ...kind.daemon] },
      dir: folder(),
      config: daemonSections + programs,
      env: { ANY: 'any' },
    }),
    (daemon) => {
      const at = (name: string) => join(daemon().dir, name);
      const send = (name: string, text: string) => daemon().rpc('supervisor.sendProcessStdin', name, text);
      const said = async (name: string) => textOf((await infoOf(daemon(), name)).stdout_logfile);

      test('logfile and pidfile are where the daemon writes, and loglevel is what it writes', async () => {
        expect(textOf(at('main.pid'))).toBe(`${daemon().pid}\n`);
        await send('echo', 'hello\n');
        // The log is small: it may have been rotated meanwhile.
        const log = () => ['main.log.2', 'main.log.1', 'main.log'].map((name) => textOf(at(name))).join('');
        await daemon().until('it is in the log', () => /DEBG 'echo' stdout output:\nhello\n/.test(log()));
      });

      test('the log is rotated at logfile_maxbytes, and logfile_backups of it are kept', async () => {
        const line = `${'x'.repeat(200)}\n`;
        for (let round = 0; round < 60; round += 1) await send('echo', line);
        await daemon().until('all is written', async () => (await said('echo')).split(line).length > 60);
        // While it is rotated, one of them is not there.
        await daemon().until('the log and two backups are there, and no third', () => {
          const logs = readdirSync(daemon().dir).filter((name) => name.startsWith('main.log'));
          return logs.sort().join() === 'main.log,main.log.1,main.log.2' && statSync(at('main.log.1')).size >= 2048;
        });
      });

      test('silent keeps the log off the terminal', () => {
        expect(daemon().log()).toBe('');
      });

      test('identifier is how the daemon calls itself, and names automatic logs, which are in childlogdir', async () => {
        expect(await daemon().rpc('supervisor.getIdentification')).toBe('mine');
        const { stdout_logfile } = await infoOf(daemon(), 'echo');
        expect(stdout_logfile.replace(/\w{8}\.log$/, '')).toBe(`${at('children')}/echo-stdout---mine-`);
        expect(existsSync(stdout_logfile)).toBe(true);
      });

      test('nocleanup keeps the automatic logs of an earlier life', () => {
        expect(existsSync(join(at('children'), leftover))).toBe(true);
      });

      test('minprocs raises the limit of processes, which programs inherit', async () => {
        const { pid } = await untilState(daemon(), 'echo', 'RUNNING');
        for (const one of [daemon().pid, pid]) {
          expect(readFileSync(`/proc/${one}/limits`, 'utf8')).toMatch(/^Max processes +3100 /m);
        }
      });

      test('a socket has the chmod and chown of its section', () => {
        const { mode, uid, gid } = statSync(at('guarded.sock'));
        expect(mode & 0o777).toBe(0o722);
        if (isRoot) expect([uid, gid]).toEqual([5, 5]);
        expect(statSync(at('supervisor.sock')).mode & 0o777).toBe(0o700);
      });

      test('a socket asks for the username and the password of its section, which may be a {SHA}', async () => {
        const pid = (...login: string[]) => daemon().ctl('-s', `unix://${at('guarded.sock')}`, ...login, 'pid');
        expect(await pid('-u', 'joe', '-p', 'se:cret')).toMatchObject({ stdout: `${daemon().pid}\n`, code: 0 });
        for (const login of [[], ['-u', 'joe', '-p', sha], ['-u', 'jane', '-p', 'se:cret']]) {
          const refused = await pid(...login);
          expect(refused.stdout).toContain('Server requires authentication');
          expect(refused.code).toBe(1);
        }
      });

      test('what files names is read after the main file, and its keys win', async () => {
        await untilState(daemon(), 'single', 'RUNNING');
        await daemon().until('who says who', async () => (await said('who')) !== '');
        expect(await said('who')).toBe('included\n');
        await expect(infoOf(daemon(), 'unread')).rejects.toThrow('BAD_NAME');
      });

      test('a [ctlplugin:x] adds no command to tssupervisorctl, which says so where one is missed', async () => {
        daemon().writeConfig(`${daemonSections}${programs}[ctlplugin:x]\nsupervisor.ctl_factory=a.b:c\n`);
        expect(await daemon().ctlOf(ours, 'more', 'x')).toEqual({
          stdout: '*** Unknown syntax: more x\n',
          stderr: 'Warning: [ctlplugin:x] is not loaded: a.b:c is Python code\n',
          code: 1,
        });
      });

      const toldLines = () =>
        daemon().until('it is told', async () => {
          const lines = (await said('tellers:told_07')).split('\n');
          return lines.length > 3 && lines;
        });

      test('serverurl is what a program is told as SUPERVISOR_SERVER_URL', async () => {
        expect((await toldLines())[0]).toBe('http://example:1');
      });

      test('a program is told its name, its group and that it is supervised', async () => {
        expect((await toldLines())[1]).toBe('told_07 tellers 1');
      });

      test('%(names)s expand to what they stand for', async () => {
        expect((await toldLines())[2]).toBe(`${daemon().dir} ${hostname()} told tellers 7 1 any`);
      });

      test('a signal to a process, to its group and to all of them arrives', async () => {
        const untilHeard = (times: number) =>
          daemon().until(
            `it was heard ${times} times`,
            async () => (await said('hears')) === `up\n${'heard\n'.repeat(times)}`,
          );
        await untilHeard(0);
        await daemon().rpc('supervisor.signalProcess', 'hears', 'WINCH');
        await untilHeard(1);
        await daemon().rpc('supervisor.signalProcessGroup', 'hears', 'WINCH');
        await untilHeard(2);
        await daemon().rpc('supervisor.signalAllProcesses', 'WINCH');
        await untilHeard(3);
      });

      test('clearLog and clearAllProcessLogs empty the logs, and readLog reads what is there', async () => {
        await send('echo', 'before\n');
        await daemon().until('it is logged', async () => (await said('echo')).endsWith('before\n'));
        expect(await daemon().rpc('supervisor.clearAllProcessLogs')).toHaveLength(6);
        expect([await said('echo'), await said('who'), await said('tellers:told_07')]).toEqual(['', '', '']);
        expect(await daemon().rpc('supervisor.readLog', 0, 0)).toBe(textOf(at('main.log')));
        await daemon().rpc('supervisor.clearLog');
        const log = await daemon().rpc('supervisor.readLog', 0, 0);
        expect(log).not.toContain('before');
        expect(log).toBe(textOf(at('main.log')));
        await send('echo', 'after\n');
        await daemon().until('it is logged again', async () => (await said('echo')) === 'after\n');
      });

      test('a log that cannot be read is FAILED', async () => {
        const { stdout_logfile } = await infoOf(daemon(), 'single');
        rmSync(stdout_logfile);
        mkdirSync(stdout_logfile);
        await expect(daemon().rpc('supervisor.readProcessStdoutLog', 'single', 0, 0)).rejects.toMatchObject({
          code: 30,
          message: 'FAILED',
        });
      });

      test('stderr has a log of its own, with its own limit and its own number of backups', async () => {
        await untilState(daemon(), 'errors', 'RUNNING');
        const sizes = () =>
          ['', '.1', '.2', '.3'].map((end) => textOf(at(`errors.log${end}`)).replaceAll(/(.)\1*/g, '$1'));
        const expected = ['a', '', 'c', '', 'e', '', 'g'];
        for (const [index, base] of expected.entries()) {
          await send('errors', String.fromCharCode(97 + index).repeat(600));
          await daemon().until(`round ${index} is logged`, () => sizes()[0] === base);
        }
        expect(sizes()).toEqual(['g', 'ef', 'cd', '']);
        expect(existsSync(at('errors.log.3'))).toBe(false);
        expect(await said('errors')).toBe('');
      });
    },
  );
});
