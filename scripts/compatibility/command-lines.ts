/** The options of the daemon and of the control command. */
import type { optionTable } from '../../src/ctl/options.ts';
import type { ownOptions } from '../../src/daemon/command-line.ts';
import type { SupervisordKey } from '../../src/daemon/config/supervisord.ts';
import { life, optionEffects, options, pairing, real } from './evidence.ts';
import { added, better, same, unsupported, type Verdict } from './verdict.ts';

const read = options('in what is refused, why, and in which order');
const background = optionEffects('%s options do what their keys do, in the background');
const foreground = optionEffects('-n keeps it in the foreground, with the log on the terminal; -s keeps that off');

export const daemonOptions = {
  configuration: same(read, life('what cannot be read is told on stderr, with exit status 2')),
  nodaemon: same(foreground),
  silent: same(foreground),
  help: same(read, options('and the help names the same options')),
  supervisorVersion: same(read),
  version: better(
    'Says the version of tssupervisor; `-v` says that of Supervisor.',
    real('package/smoke')('%s --version says which tssupervisor it is'),
  ),
  test: added(
    'Only checks the files.',
    life('--test says all that is wrong, with 2, or that nothing is, with 0, and starts nothing'),
  ),
  user: same(background),
  umask: same(background),
  directory: same(background),
  logfile: same(background),
  logfile_maxbytes: same(background),
  logfile_backups: same(background),
  loglevel: same(background),
  pidfile: same(background),
  identifier: same(background),
  childlogdir: same(background),
  nocleanup: same(background),
  minfds: same(background),
  strip_ansi: same(background),
  minprocs: same(background),
  profile_options: unsupported(
    "Read and ignored: it is for the profiler of Python. Use Node's, `node --cpu-prof` with the path of the command.",
    read,
  ),
} satisfies Readonly<
  Record<keyof typeof ownOptions | Exclude<SupervisordKey, 'environment' | 'port_range' | 'watch_config'>, Verdict>
>;

export const ctlOptions = {
  configuration: same(pairing("{ args: ['-c{here}/s.conf', 'pid', 'off'], isBare: true }")),
  help: same(pairing("{ args: ['-?'] }"), pairing("{ args: ['--help', 'status'] }")),
  history_file: same(pairing("{ args: ['-r', '{here}/h', 'pid', 'off'] }")),
  interactive: same(pairing("{ args: ['-i', 'shutdown'], stdin: 'n\\n' }")),
  password: same(pairing("{ args: ['-p', 'wrong', 'status'] }")),
  serverurl: same(pairing("{ args: ['-s', url, 'pid', 'off'], isBare: true }")),
  username: same(pairing("{ args: ['-u', 'wrong', 'pid'] }")),
  version: added(
    'Says the version of tssupervisor.',
    real('package/smoke')('%s --version says which tssupervisor it is'),
  ),
} satisfies Readonly<Record<keyof typeof optionTable, Verdict>>;
