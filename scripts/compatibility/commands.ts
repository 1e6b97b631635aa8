/** The commands of the control command, its shell and its exit codes. */
import type { commandsByName } from '../../src/ctl/commands.ts';
import type { exitCodes, statusExitCodes } from '../../src/ctl/exit-codes.ts';
import { changes, pairing, real, shell, unit } from './evidence.ts';
import { added, better, same, sameBut, type Verdict } from './verdict.ts';

export const commands = {
  graph: added('Who depends on whom.', real('ctl/verbs')('graph says who holds up whom')),
  help: same(pairing('help start stop'), pairing("'help add avail clear exit fg maintail")),
  add: same(pairing("{ args: ['add', 'nothing', 'more'] }")),
  avail: same(pairing('avail x'), pairing("{ args: ['avail'] }")),
  clear: same(pairing('clear off nobody'), pairing("{ args: ['clear', 'all'], inAnyOrder: true }")),
  completion: added(
    'Makes bash, zsh or fish complete verbs, flags, names of processes, groups and tags, signals and files.',
    real('ctl/completion')('bash completes names, groups, verbs, flags and files'),
    real('ctl/completion')('zsh completes names, groups, verbs, flags and files'),
    real('ctl/completion')('fish completes names, groups, verbs, flags and files'),
  ),
  dashboard: added(
    'A live view of all processes, in the terminal.',
    real('ctl/dashboard')('the dashboard shows the states of all processes, and what is done to them from it'),
  ),
  doctor: added(
    'Looks for mistakes in a configuration; every rule is in [doctor.md](doctor.md).',
    unit('ctl/commands/doctor')('warnings end with 1, a file that cannot be read with 2, nothing with 0'),
    real('ctl/doctor')('the doctor looks at a file without a daemon, and --test says the same'),
  ),
  drill: added(
    'Sends load to a front on this machine, kills and rolls processes under it, and says what was lost.',
    real('ctl/drill')('nothing is lost behind nginx while servers are killed and rolled'),
    real('ctl/drill')('nobody is killed without being asked for it, and no other machine gets any load'),
  ),
  env: added(
    'The environment that a process is started with; secrets are masked unless they are asked for.',
    real('ctl/verbs')('env masks secrets until they are asked for'),
  ),
  exit: same(pairing("shell('help', 'help start', '?stop', '!x', 'status; pid', 'exit')")),
  fg: better(
    'Ctrl-C leaves it at once; Supervisor may take half a minute.',
    shell('fg shows each typed line twice, echoed and as output, and Ctrl-D leaves the process running'),
    shell('Ctrl-C leaves the foreground at once'),
    pairing('fg m:*'),
  ),
  init: added(
    'Writes a configuration for the gunicorn, uWSGI, Node, PHP or Procfile that it finds in a folder.',
    real('ctl/init')('a Flask application: gunicorn serves it'),
    real('ctl/init')('a file that is there is not touched without --force, and --stdout writes none'),
  ),
  job: added(
    'Follows a job, or cancels it.',
    real('daemon/rolls')('a roll goes on without its watcher, who can look again'),
  ),
  jobs: added('Lists the last jobs.', unit('ctl/commands/jobs')('the last jobs are listed with their state')),
  logs: added(
    'Lines of several programs, merged, filtered, followed.',
    real('ctl/verbs')('logs merges the lines of several programs, and filters them'),
    real('ctl/follow')(
      'logs -f, timeline -f and status --watch go on when the daemon has been away, and tell nothing twice',
    ),
  ),
  maintail: same(pairing('maintail -100'), pairing("{ args: ['maintail', '-f'], interruptAt: 'silent' }")),
  open: same(pairing("{ args: ['open unix://{here}/s.sock'] }"), pairing('open gopher://x')),
  pid: same(pairing('pid pair:left all'), pairing('pid nobody cat')),
  ports: added(
    'Lists the ports of all programs, and who listens on them.',
    unit('ctl/commands/ports')('each port has its process, its state and who listens there'),
    real('daemon/ports')('a stranger on the port is named, left alone, and waited out'),
  ),
  quit: same(pairing("shell('status cat', '', '   ', 'pid off', 'foo', 'quit')")),
  reload: sameBut(
    'With names that are all known it makes these programs reload, as their setting `reload` says.',
    real('daemon/reload')('signal, command and roll: each in the way that its file says'),
    real('daemon/reload')("an unknown name is Supervisor's mistake, and nothing is reloaded"),
    pairing('reload x'),
    pairing("shell('shutdown', 'n', 'reload', '', 'reload', 'no', 'shutdown x')"),
    changes('reload with a good file: the same daemon, its programs anew'),
  ),
  remove: same(pairing("{ args: ['remove', 'more', 'nothing', 'm'] }")),
  reread: same(pairing("{ args: ['reread'], rewrite: server + more + manyCats }")),
  restart: same(pairing('restart cat nobody'), pairing("{ args: ['restart', 'm:*', 'off'], inAnyOrder: true }")),
  roll: added(
    'Restarts the processes of a group one after the other.',
    real('daemon/rolls')('the processes of a group are restarted one after the other, each when the one before runs'),
    real('daemon/rolls')('one that does not start again ends the roll, and the others go on serving'),
  ),
  scale: added(
    'Gives a program more or fewer processes than its file says, and leaves the others alone.',
    real('daemon/scale')('web=4 adds two, each on a port of its own, and leaves the others alone'),
    real('daemon/scale')('it holds through reread, update and reload'),
    real('daemon/scale')("into another's port it is refused, naming it, and nothing begins"),
  ),
  shutdown: same(pairing("{ args: ['shutdown'] }"), shell('asks before it shuts the daemon down')),
  signal: same(pairing('signal SIGHUP signalled cat'), pairing('signal NOPE m:*')),
  start: same(pairing('start off cat nobody'), pairing('start nothing:* cat')),
  status: same(pairing('status nobody off'), pairing('status pair:left m:m_00')),
  stop: same(pairing('stop off nobody'), pairing("{ args: ['stop', 'all'], inAnyOrder: true }")),
  tail: same(
    pairing('tail -4 talker'),
    pairing("{ args: ['tail', '-f', 'talker'], interruptAt: 'two\\n' }"),
    shell('Ctrl-C ends a followed log, and the shell goes on'),
  ),
  timeline: added(
    'What has happened, in words.',
    real('ctl/verbs')('timeline tells what has happened, and with --follow what happens'),
  ),
  top: added(
    'The same as `dashboard`.',
    real('ctl/dashboard')('the dashboard shows the states of all processes, and what is done to them from it'),
  ),
  update: better(
    'Only processes whose own settings have changed are stopped, with the same lines. `--dry-run` tells beforehand.',
    real('daemon/update')(
      'a higher numprocs adds processes and leaves the others alone, though %(numprocs)d is another',
    ),
    real('daemon/update')('a changed process starts again if it ran, and one that did not stays stopped'),
    pairing("{ args: ['update', 'nothing', 'cat'] }"),
    pairing("{ args: ['update', 'all'], inAnyOrder: true }"),
  ),
  upstreams: added(
    'Lists the servers of all upstreams: in, draining or out, since when and why.',
    unit('ctl/commands/upstreams')('each server has its upstream, its address, its state, since when and why'),
  ),
  version: same(pairing('version'), pairing('version x')),
  wait: added(
    'Waits until processes are ready, running, stopped or exited, as the daemon tells of it.',
    real('ctl/wait')('wait ends when all are ready, and not before'),
    real('ctl/wait')('who is late is told with the reason, and the exit status is 1'),
  ),
  why: added(
    'Why a process is as it is: the cause, its last ends, what it wrote before, what to type next.',
    real('ctl/verbs')('why says the cause, the last ends, the last lines and what to type next'),
  ),
} satisfies Readonly<Record<keyof typeof commandsByName, Verdict>>;

export const shellVerdicts = {
  'the status at the start, completion, history': same(
    shell('greets with the status, completes names, remembers what was typed'),
  ),
  'what is on the screen, key by key and command by command': same(
    real('ctl/terminal')("Supervisor's shell and ours show the same at a terminal"),
  ),
  '`shutdown` and `reload` ask first': same(shell('asks before it shuts the daemon down')),
  'Ctrl-D, Ctrl-C': same(shell('Ctrl-C ends it with 0, and its history is nobody else’s to read')),
  'commands through a pipe': same(pairing("shell('status cat', '', '   ', 'pid off', 'foo', 'quit')")),
  'a login that is asked for': same(
    real('ctl/terminal')('a login is asked for at a terminal in the same words'),
    pairing("{ args: ['-p', ''], stdin: '' }"),
  ),
} satisfies Readonly<Record<string, Verdict>>;

export const ctlExitCodes = {
  SUCCESS: same(pairing('pid pair:left all')),
  GENERIC: same(pairing('stop off nobody')),
  INVALID_ARGS: same(pairing('start nothing:* cat'), pairing("{ args: ['-z'] }")),
  UNIMPLEMENTED_FEATURE: same(pairing("name: 'a daemon without its RPC interface'")),
  INSUFFICIENT_PRIVILEGES: same(pairing("'-s', 'http://127.0.0.1:1', line")),
  NOT_INSTALLED: same(unit('ctl/commands/status')('a server with another API version is refused with 5')),
  NOT_RUNNING: same(pairing('start crashing'), pairing("name: 'nobody there'")),
} satisfies Readonly<Record<keyof typeof exitCodes, Verdict>>;

export const statusCodes = {
  NOT_RUNNING: same(pairing('status done')),
  UNKNOWN: same(pairing('status nobody'), pairing('status nothing:*')),
} satisfies Readonly<Record<keyof typeof statusExitCodes, Verdict>>;
