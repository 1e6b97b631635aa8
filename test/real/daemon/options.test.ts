import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { helpText, readDaemonCommandLine } from '../../../src/daemon/command-line.ts';
import { nodeHost } from '../../../src/daemon/config/host.ts';
import { SUPERVISOR_VERSION } from '../../../src/daemon/handlers/information.ts';
import { runCommand } from '../../support/command.ts';
import { checkout, debian, ours } from '../../support/daemon.ts';
import { needs } from '../../support/skips.ts';
import { until } from '../../support/until.ts';
import { isRoot, Place, sections } from './place.ts';
import { describeKinds } from './support.ts';

/** The oracle's way to say that a command line was read and that a file would be looked for. */
const READ = 98;

const lines = [
  // getopt's own rules
  '-z',
  '-ê',
  '--zoo',
  '--zoo=1',
  '--n',
  '--no',
  '--us',
  '--u',
  '--um',
  '--minf',
  '--minp',
  '--c',
  '--ch',
  '--logf',
  '--logfile',
  '--l',
  '--lo',
  '--conf',
  '--nodaemon=1',
  '--nod=',
  '--help=1',
  '-c',
  '-u',
  '-nc',
  '-a',
  '-h --zoo',
  '-v -c',
  '-v --zoo',
  '-m zz --zoo',
  '-n -',
  '-n x -z',
  'foo -c',
  '-- -c',
  '--',
  '-',
  '-nkt',
  '-tnks',
  '-e info',
  '-einfo',
  '-neinfo',
  '-n -e trace',
  '--loglevel=warn',
  '--loglevel blather',
  '--strip -v',
  '-nv',
  '-hn',
  '-vh',
  // one after another
  '-c a -c b',
  '-c a --conf b',
  '-nn',
  '-n --nodaemon',
  '-ss',
  '-kk',
  '-tt',
  '-i x -i y',
  '-i= -i=',
  '-a 1 -a 2',
  '-m 022 --umask 022',
  '-m zz -e info -e info',
  '-e info -e info -m zz',
  '-m zz -v',
  '-v -m zz',
  '-m zz -?',
  // values
  '-m zz',
  '-m 8',
  '-m 0o22',
  '-m -1',
  '--um=zz',
  '--umask',
  '-e foo',
  '-e INFO',
  '-e 10',
  '-e',
  '-d /none',
  '-d /etc',
  '-d /etc/passwd',
  '-d=',
  '-q /none',
  '-q ~',
  '-l /none/x',
  '-l x',
  '-l /etc',
  '-l ~/x',
  '-j /none/x',
  '-j x',
  '-y zz',
  '-y 1XB',
  '-y 1MB',
  '-y 1mb',
  '-y -1',
  '-y 1.5MB',
  '-y=',
  '-z zz',
  '-z -1',
  '-z 1_0',
  '-a zz',
  '-a 1.5',
  '-a -1',
  '--minprocs zz',
  '--minp=zz',
  '--minprocs 10',
  '--logfile_b x',
  '--logfile_b 3',
  '--profile_options zz',
  '--profile_options cumulative,calls,callers',
  '--prof=',
  '-u nobody',
  '-u nosuchuser',
  '-i ê',
  "-i '",
].map((line) => line.split(' '));

needs('supervisor').describe('the command line of tssupervisord is read as supervisord reads it', () => {
  test('in what is refused, why, and in which order', async () => {
    const oracle = join(checkout, 'test/support/oracle-options.py');
    const asked = [...lines, ['-c', 'x', "it's", 'a"b'], ['-i', ''], ['-i', '', '-i', ''], ['-d', ''], ['-a', ' 12 ']];
    const asking = await runCommand(['/usr/bin/python3', oracle], { cwd: '/', input: JSON.stringify(asked) });
    expect(asking.stderr).toBe('');
    const host = nodeHost({ HOME: process.env['HOME'] }, '/');
    const mine = asked.map((args) => {
      const line = readDaemonCommandLine(args, host);
      switch (line.type) {
        case 'error':
          return { stdout: '', stderr: `Error: ${line.message}\nFor help, use /oracle -h\n`, code: 2 };
        case 'supervisorVersion':
          return { stdout: `${SUPERVISOR_VERSION}\n`, stderr: '', code: 0 };
        default:
          return { stdout: '', stderr: '', code: line.type === 'help' ? 0 : READ };
      }
    });
    const shown = (answers: readonly { stdout: string; stderr: string; code: number }[]) =>
      answers.map(({ stdout, ...rest }, index) => ({
        line: asked[index]?.join(' '),
        // The help has its own test; what comes after a file that was named is about that file.
        stdout: stdout.startsWith('supervisord -- ') ? '' : stdout,
        ...rest,
      }));
    expect(shown(mine)).toEqual(shown(JSON.parse(asking.stdout)));
  });

  test('and the help names the same options', async () => {
    const named = (text: string) => text.match(/^-[\w/?-]+(?= )/gm);
    const { stdout } = await runCommand([...debian.daemon, '-h']);
    const own = ['-v', '--version', '--test'];
    expect(named(helpText('x'))?.filter((option) => !own.includes(option))).toEqual(
      named(stdout)?.filter((option) => option !== '-v/--version'),
    );
  });
});

describeKinds('what {kind} says before it runs', (kind, isOurs) => {
  const said = async (place: Place, ...args: string[]) => {
    const { stdout, stderr, code } = await place.run(...args);
    const name = kind.daemon.at(-1) ?? '';
    return { stdout, stderr: stderr.replaceAll(name, 'ARGV0'), code };
  };
  const error = (text: string) => ({ stdout: '', stderr: `Error: ${text}\nFor help, use ARGV0 -h\n`, code: 2 });

  test('a file that is not there, a directory, a user that does not exist', async () => {
    await using place = new Place(kind);
    expect(await said(place, '-c', 'none.conf')).toEqual(error('could not find config file none.conf'));
    expect(await said(place, '-c', '/')).toEqual(error('could not read config file /'));
    const conf = ['-c', place.path('s.conf')];
    expect(await said(place, ...conf, '-u', 'nosuchuser')).toEqual(error('Invalid user name nosuchuser'));
    expect(await said(place, ...conf, '-u', '4294967000')).toEqual(error('Invalid user id 4294967000'));
  });

  test('a server that cannot be opened', async () => {
    await using place = new Place(kind, sections.replace('file=%(here)s/s.sock', 'file=%(here)s/none/s.sock'));
    const text = 'Cannot open an HTTP server: socket.error reported errno.ENOENT (2)';
    for (const mode of [['-n', '-s'], []]) {
      expect(await said(place, '-c', place.path('s.conf'), ...mode)).toEqual(error(text));
    }
  });

  test.runIf(isRoot)(
    'limits that cannot be had, and a socket that cannot be given away, for who is not root',
    async () => {
      const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'prlimit', '--nofile=2000:2000'];
      await using place = new Place(kind, sections.replace('s.sock', 's.sock\nchown=root:root'));
      await runCommand(['chmod', '777', place.dir]);
      const run = async (...args: string[]) => {
        const argv = [...nobody, '--nproc=2000:2000', ...kind.daemon, '-n', '-s', '-c', place.path('s.conf'), ...args];
        return (await runCommand(argv, { cwd: place.dir, env: place.env })).stderr.split('\n')[0];
      };
      // Supervisor names the number that was wanted where the limit should be.
      const limit = (wanted: number) => (isOurs ? 2000 : wanted);
      expect(await run('-a', '3000')).toBe(
        `Error: The minimum number of file descriptors required to run this process is 3000 as per the "minfds" command-line argument or config file setting. The current environment will only allow you to open ${limit(3000)} file descriptors.  Either raise the number of usable file descriptors in your environment (see README.rst) or lower the minfds setting in the config file to allow the process to start.`,
      );
      expect(await run('--minprocs', '3000')).toBe(
        `Error: The minimum number of available processes required to run this program is 3000 as per the "minprocs" command-line argument or config file setting. The current environment will only allow you to open ${limit(3000)} processes.  Either raise the number of usable processes in your environment (see README.rst) or lower the minprocs setting in the config file to allow the program to start.`,
      );
      expect(await run('-u', 'root')).toBe("Error: Can't drop privilege as nonroot user");
      expect(await run()).toBe(
        `Error: Not permitted to chown ${place.path('s.sock')} to uid/gid (0, 0); adjust "sockchown" value in config file or on command line to values that the current user (nobody) can successfully chown`,
      );
    },
  );

  test.runIf(isRoot)('a warning for root, who lets it search for its file', async () => {
    await using place = new Place(kind);
    place.write('supervisord.conf', '[supervisord]\nloglevel=none\n');
    // Ours looks first in the folder above its own, which must not be the checkout.
    mkdirSync(place.path('bin'));
    symlinkSync(kind.daemon.at(-1) ?? '', place.path('bin/d'));
    const argv = isOurs ? [process.execPath, place.path('bin/d')] : kind.daemon;
    const { stderr, code } = await runCommand(argv, { cwd: place.dir, env: place.env });
    expect(stderr).toContain(
      'UserWarning: Supervisord is running as root and it is searching for its configuration file in default locations (including its current working directory); you probably want to specify a "-c" argument specifying an absolute path to a configuration file for improved security.\n',
    );
    expect([stderr.includes("Error: bad logging level name 'none'"), code]).toEqual([true, 2]);
  });
});

describe('the options of tssupervisord are put into effect', () => {
  test('over what the file says, at every reading of it', async () => {
    await using place = new Place(ours, `${sections}[program:a]\ncommand=cat\nstartsecs=0\nstdout_logfile=AUTO\n`);
    mkdirSync(place.path('auto'));
    const args = [
      '-l',
      place.path('l.log'),
      '-j',
      place.path('j.pid'),
      '-i',
      'me',
      '-q',
      place.path('auto'),
      '-e',
      'warn',
    ];
    const daemon = place.start(...args, '-s');
    let logs: readonly string[] = [];
    for (const turn of ['started', 'reloaded']) {
      logs = await until(turn, () => {
        const found = readdirSync(place.path('auto')).filter((name) => !logs.includes(name));
        return found.length === 2 && found;
      });
      expect(logs[0]).toMatch(/^a-stderr---me-\w{8}\.log$/);
      await until('it answers', async () => (await place.ctl('pid')).stdout === `${daemon.pid}\n`);
      expect([turn, place.text('l.log').includes('INFO'), Number(place.text('j.pid'))]).toEqual([
        turn,
        false,
        daemon.pid,
      ]);
      expect([turn, place.text('d.log'), place.text('d.pid'), daemon.output]).toEqual([turn, '', '', '']);
      if (turn === 'started') daemon.kill('SIGHUP');
    }
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
  });
});
