/** The keys of `[program:x]`, `[fcgi-program:x]` and `[eventlistener:x]`. */
import type { eventlistenerOptions, fcgiOptions, programOptions } from '../../src/daemon/config/program-options.ts';
import {
  call,
  changes,
  children,
  fcgi,
  listenerSettings,
  listeners,
  logs,
  long,
  pools,
  processes,
  real,
  settings,
  trouble,
  unit,
} from './evidence.ts';
import { fileKeys } from './file-settings.ts';
import { orderKeys } from './order-settings.ts';
import { added, better, same, sameBut, unsupported, type Verdict } from './verdict.ts';

const inOrder = processes(
  'programs start in the order of their priority, and stop in the opposite one, lower ones waiting',
);
const many = processes('numprocs makes as many, with their own names');
const restarted = processes('%s: what is to be restarted is restarted at once');
const listen = real('daemon/listen');
const onDemand = real('daemon/on-demand');
const ports = real('daemon/ports');
const backoff = real('daemon/backoff');
const backoffRules = unit('core/restart');
const readiness = real('daemon/readiness');
const awaited = readiness('it is STARTING until its probe says yes, whatever startsecs is');
const wavering = readiness('ready_interval: it becomes unready and ready again, and nobody restarts it');
const revived = readiness('one that hangs is restarted, whatever autorestart says');
const onlyTold = readiness('live_action=event only tells');
const exponential = backoff('backoff=exponential: the log shows the waits');
const limitsSeen = backoff('rlimit_* and nice are what the program sees');
const rotation = logs('rotation under load loses no line and keeps the order');
const ownStderr = settings('stderr has a log of its own, with its own limit and its own number of backups');
const told = listeners('output, communications and messages from outside are told, with len in characters');
const syslogged = trouble('send lines as syslog(3) does');
const syslog = unit('logs/texts')('syslog gets one message a line, also of a line that came in two reads');

export const programKeys = {
  command: same(
    processes('%s: a program that cannot be started says why'),
    children('its command is looked for in the PATH of its own environment'),
  ),
  process_name: same(many),
  numprocs: same(many),
  numprocs_start: same(many),
  priority: better('Groups of equal priority stop together, and lower ones wait for them.', inOrder),
  autostart: same(
    call("['startProcess', ['off'], true]"),
    changes('update removes, replaces and adds, in that order, and leaves the others alone'),
  ),
  autorestart: better(
    'It comes back at once, not at the next tick of a second.',
    restarted,
    processes('autorestart=false leaves a bad end alone and shows its code'),
  ),
  startsecs: same(
    processes('a program is RUNNING once it has been up for startsecs'),
    processes('startsecs=0 counts as RUNNING at once'),
    processes('even exit status 0 within startsecs is too quick'),
  ),
  startretries: better(
    'The waits are as long as they are to be: no second is lost. A start after a stop has all its retries again. -1 is for ever; under Supervisor it gives up at once.',
    processes('startretries=2 is three attempts, with 1 and 2 seconds between'),
    unit('core/process')('a start that follows a stop in BACKOFF has all its retries again'),
    backoffRules('startretries=-1 tries for ever, and any other number as often as it says'),
  ),
  exitcodes: same(processes('an end with a code that is in exitcodes is expected')),
  stopsignal: same(processes('stopsignal is what it is stopped with')),
  stopwaitsecs: same(processes('a program that ignores its stop signal is killed after stopwaitsecs')),
  stopasgroup: same(processes('a grandchild lives on unless stopasgroup or killasgroup says otherwise')),
  killasgroup: same(processes('a grandchild lives on unless stopasgroup or killasgroup says otherwise')),
  user: same(children('user= gives the user, the group and the supplementary groups')),
  directory: same(
    children('umask and directory are its own'),
    processes('%s: a child that gets no further says why on its stderr and exits 127'),
  ),
  umask: same(children('umask and directory are its own')),
  environment: same(
    children('its environment is the daemon’s, SUPERVISOR_*, [supervisord] and its own, later ones winning'),
  ),
  redirect_stderr: same(children('redirect_stderr puts stderr into the log of stdout, in order')),
  stdout_logfile: same(
    logs('an automatic log has Supervisor’s name, is its owner’s, and stays over a restart'),
    logs('NONE is no file'),
    logs('/dev/stdout is the daemon’s own'),
  ),
  stdout_logfile_maxbytes: same(rotation, real('logs/supervisor')('rotation leaves the files that Supervisor leaves')),
  stdout_logfile_backups: same(rotation, real('logs/supervisor')('rotation leaves the files that Supervisor leaves')),
  stdout_capture_maxbytes: better(
    'What is held back for a mark is not lost when the program ends.',
    told,
    unit('core/capture')(
      'output not longer than the awaited token is held back, and is not lost when the program ends',
    ),
  ),
  stdout_events_enabled: same(told),
  stdout_syslog: better('A line that comes in two reads is one message.', syslogged, syslog),
  stderr_logfile: same(ownStderr),
  stderr_logfile_maxbytes: same(ownStderr),
  stderr_logfile_backups: same(ownStderr),
  stderr_capture_maxbytes: same(told),
  stderr_events_enabled: same(
    listenerSettings(
      'stderr_events_enabled announces what is written to stderr, stdout_events_enabled of a listener nothing',
    ),
  ),
  stderr_syslog: better('A line that comes in two reads is one message.', syslogged, syslog),
  serverurl: same(settings('serverurl is what a program is told as SUPERVISOR_SERVER_URL')),
  port: added(
    'A port for each process; who is in its way is named, and what it leaves behind is ended.',
    ports('each process is told its ports, in its command and its environment'),
    ports('a stranger on the port is named, left alone, and waited out'),
    ports('STOPPED says that the whole group is gone and the port is free'),
  ),
  port_step: added(
    'How far the ports of two processes are apart.',
    ports('each process is told its ports, in its command and its environment'),
  ),
  bind: added(
    'The address that it listens on.',
    unit('config/ports')('a port that two would listen on is refused, naming both'),
  ),
  listen: added(
    'Sockets that the daemon holds open while the program restarts, crashes or is stopped.',
    listen('gunicorn is stopped and started again and again: nobody is refused, nothing is lost'),
    listen('two share a socket, and one that is killed is back: nobody is refused'),
    listen('a program that is FATAL has no socket'),
  ),
  listen_as: added(
    'As descriptors 3, 4, ... in the way of systemd, or as descriptor 0.',
    listen('several sockets are descriptors 3, 4, ... with LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES'),
    listen('listen_as=stdin: the socket is descriptor 0'),
  ),
  listen_names: added(
    'What LISTEN_FDNAMES calls them.',
    listen('several sockets are descriptors 3, 4, ... with LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES'),
  ),
  listen_backlog: added(
    'How many connections may wait.',
    listen('a unix socket has its mode, owner and queue, and its file goes with it'),
  ),
  listen_mode: added(
    'The permissions of unix sockets.',
    listen('a unix socket has its mode, owner and queue, and its file goes with it'),
  ),
  listen_owner: added(
    'Who owns unix sockets.',
    listen('a unix socket has its mode, owner and queue, and its file goes with it'),
  ),
  reuseport: added(
    'A tcp socket for each process (SO_REUSEPORT).',
    listen('reuseport: each process has a socket of its own'),
  ),
  on_demand: added(
    'The first connection starts it.',
    onDemand('the first connection starts all processes that share the socket, and nothing else'),
    onDemand('a stop closes the socket, of one that waits too, and a start opens it again'),
  ),
  idle_stop: added(
    'Nobody is connected any more: it is stopped, and waits again.',
    onDemand('gunicorn behind nginx sleeps until it is asked, and again: each first request is served'),
    onDemand('idle_stop: one with a client stays, one without is stopped, on a unix socket as on a port'),
  ),
  ready: added(
    'RUNNING means that it can serve.',
    awaited,
    readiness('exec: ready when the command ends with 0'),
    readiness('log: ready when a line says so'),
    readiness('notify: READY=1 makes it ready, a watchdog that falls silent restarts it'),
  ),
  ready_timeout: added(
    'How long it may take to get ready.',
    readiness('ready_timeout: it is stopped, and that was a failed start, with what the probe complained of'),
  ),
  ready_interval: added('Whether it still is.', wavering),
  ready_failures: added('So many bad answers make it unready.', wavering),
  ready_successes: added('So many good answers make it ready.', wavering),
  live: added('One that hangs is found.', revived, onlyTold),
  live_interval: added('How often it is asked.', revived),
  live_timeout: added('How long an answer may take.', revived),
  live_failures: added('How many bad answers in a row are too many.', revived),
  live_successes: added('How many good ones make it well again.', onlyTold),
  live_action: added('What is done about it.', revived, onlyTold),
  memory_limit: added(
    'One that grows for ever is restarted in time.',
    long('care')('memory_limit: twice in a row above, and it is restarted'),
    unit('daemon/caretaker')('twice in a row above the limit is restarted, a peak is not'),
  ),
  memory_action: added(
    'At once, or while another one serves.',
    unit('daemon/caretaker')('memory_action=roll waits until another of the program serves'),
  ),
  max_age: added(
    'One that is old is replaced, one at a time.',
    real('daemon/care')('max_age: each is restarted in time, never two at once'),
  ),
  roll_surge: added('Never fewer serve than before.', real('daemon/rolls')('roll_surge: so many more while it lasts')),
  schedule: added(
    'It is started at set times, as by cron.',
    real('daemon/schedules')('a program with a schedule waits for its time, and can be started by hand'),
    long('schedules')('schedule: every minute it is started, unless it still runs'),
    unit('daemon/schedules/timetable')('what is due while the run before goes on is skipped and counted'),
    unit('config/schedule')('with one nothing else starts it, and what ends has ended'),
  ),
  schedule_tz: added(
    'In another time zone than the machine’s.',
    unit('daemon/schedules/next-run')('times are those of the zone'),
    unit('daemon/schedules/next-run')('a time that spring skips is due in the first minute after the gap, once'),
    unit('daemon/schedules/next-run')('a time that autumn has twice is due the first time only'),
  ),
  tags: added(
    'Words by which programs are chosen together.',
    real('daemon/insight')('tags: words by which programs can be chosen, told with ports and restarts'),
  ),
  roll_batch: added('How many are restarted at a time.', real('daemon/rolls')('roll_batch: so many at a time')),
  backoff: added('Waits that grow faster, up to a limit.', exponential),
  backoff_initial: added('The first wait.', exponential),
  backoff_factor: added('How many times as long each further wait is.', exponential),
  backoff_max: added('The longest wait.', exponential),
  backoff_jitter: added(
    'Not all come back at once.',
    backoffRules('spreads the waits over all of the width, to both sides, backoff_max too'),
  ),
  backoff_after_exit: added(
    'A wait after an end too.',
    backoff('backoff_after_exit: an end after RUNNING is followed by a wait, which says how long'),
    backoffRules('it never becomes FATAL by that: startretries counts starts that fail'),
  ),
  backoff_reset: added(
    'When the waits begin anew.',
    backoffRules('after backoff_reset seconds of RUNNING the waits begin anew, a moment earlier they do not'),
  ),
  restart_limit: added(
    'A program that ends again and again is given up.',
    backoff('restart_limit: one end too many is FATAL, and says why'),
  ),
  fatal_retry: added(
    'FATAL is not for ever.',
    backoff('fatal_retry: FATAL is left after so long, unless it is told to stop'),
  ),
  exit_daemon: added(
    'The daemon ends with the program that it is for.',
    backoff('exit_daemon: the daemon ends as its program did'),
  ),
  rlimit_nofile: added('How many files it may open.', limitsSeen),
  rlimit_core: added('How large its core dumps may be.', limitsSeen),
  rlimit_as: added('How much memory it may address.', limitsSeen),
  nice: added('Its nice value.', limitsSeen),
  reload: added(
    'What `reload NAME` does to it: a signal, a command beside it, or a roll.',
    real('daemon/reload')('signal, command and roll: each in the way that its file says'),
    real('daemon/reload')('a command runs as its program does and knows its pid, and its failure is told'),
  ),
  env_file: added(
    'Variables out of files, read at every start.',
    backoff('env_file: literal values, below its own environment, read at every start'),
    backoff('env_file: a file that is missing is a spawn error in words, unless it may be'),
  ),
  ...fileKeys,
  ...orderKeys,
} satisfies Readonly<Record<keyof typeof programOptions, Verdict>>;

/** The keys that only such a section has, and those of a program that mean something else in it. */
type OnlyIn<Table> = Exclude<keyof Table, keyof typeof programOptions>;

export const fcgiKeys = {
  socket: better(
    'It is kept when a `[group:x]` names the program; one that cannot be made does not end a running daemon.',
    fcgi('is descriptor 0 of all its processes, which get no other, and of no other program'),
    fcgi('members of a group keep theirs: each program its own, a program without one is named'),
  ),
  socket_backlog: same(fcgi('has mode 0700 unless socket_mode says otherwise, and a queue of socket_backlog')),
  socket_mode: same(fcgi('has mode 0700 unless socket_mode says otherwise, and a queue of socket_backlog')),
  socket_owner: same(fcgi('belongs to the program’s user, or to socket_owner')),
  user: same(fcgi('belongs to the program’s user, or to socket_owner')),
} satisfies Readonly<Record<OnlyIn<typeof fcgiOptions> | 'user', Verdict>>;

export const eventlistenerKeys = {
  events: same(listeners('every step of a life is told, in order, with its words')),
  buffer_size: better(
    'Unless it is written, up to 1,000 events wait, not 10. A written one is kept exactly.',
    pools('without a written buffer_size a burst of hundreds is kept for a listener that is late'),
    pools('a full buffer loses the oldest event, and the log says which'),
  ),
  result_handler: sameBut(
    '`supervisor.dispatchers:default_handler` and `supervisor_stdout:event_handler` are built in.',
    listeners('a rejected event is sent again with the same numbers until it is taken'),
    pools('supervisor_stdout:event_handler puts the output of all programs on the daemon’s stdout'),
  ),
  priority: same(listenerSettings('a pool has priority -1: it is started before programs with 0')),
  redirect_stderr: same(listenerSettings('redirect_stderr=true is refused for a listener, in Supervisor’s words')),
  stdout_capture_maxbytes: sameBut(
    'Accepted without effect.',
    listenerSettings(
      'stderr_events_enabled announces what is written to stderr, stdout_events_enabled of a listener nothing',
    ),
  ),
  stdout_events_enabled: sameBut(
    'Accepted without effect.',
    listenerSettings(
      'stderr_events_enabled announces what is written to stderr, stdout_events_enabled of a listener nothing',
    ),
  ),
} satisfies Readonly<
  Record<
    | OnlyIn<typeof eventlistenerOptions>
    | 'priority'
    | 'redirect_stderr'
    | 'stdout_capture_maxbytes'
    | 'stdout_events_enabled',
    Verdict
  >
>;

export const otherHandlers = unsupported(
  'They are Python code inside the daemon; the file is refused, and the message names them. Let the listener answer ' +
    'what it would decide.',
  real('config/host')('only the plug-ins that are built in can be had'),
);
