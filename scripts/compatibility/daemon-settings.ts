/** The keys of the sections for the daemon, its servers and the control command. */
import type { ctlpluginOptions, dashboardOptions, supervisorctlOptions } from '../../src/config/ctl-options.ts';
import type {
  groupOptions,
  includeOptions,
  inetServerOptions,
  rpcinterfaceOptions,
  supervisordOptions,
  unixServerOptions,
} from '../../src/daemon/config/daemon-options.ts';
import {
  children,
  httpServer,
  life,
  logs,
  optionEffects,
  pairing,
  processes,
  real,
  settings,
  shell,
  trouble,
  unit,
} from './evidence.ts';
import { added, better, same, sameBut, unsupported, type Verdict } from './verdict.ts';

type Of<Table> = Readonly<Record<keyof Table, Verdict>>;

export const supervisordKeys = {
  logfile: same(
    settings('logfile and pidfile are where the daemon writes, and loglevel is what it writes'),
    logs('USR2 opens the files that have been renamed away again'),
    trouble('send lines as syslog(3) does'),
    trouble('logfile=/dev/stdout says everything twice, and once if it is silent too'),
  ),
  logfile_maxbytes: same(settings('the log is rotated at logfile_maxbytes, and logfile_backups of it are kept')),
  logfile_backups: same(settings('the log is rotated at logfile_maxbytes, and logfile_backups of it are kept')),
  loglevel: same(
    settings('logfile and pidfile are where the daemon writes, and loglevel is what it writes'),
    logs('strip_ansi takes escapes out, and at debug the daemon’s log has the output'),
  ),
  pidfile: same(
    settings('logfile and pidfile are where the daemon writes, and loglevel is what it writes'),
    life('a pidfile that somebody else has written stays'),
  ),
  umask: same(life('directory and umask are those of the background only')),
  directory: same(life('directory and umask are those of the background only')),
  nodaemon: same(optionEffects('nodaemon and silent in the file are -n and -s')),
  silent: same(optionEffects('nodaemon and silent in the file are -n and -s')),
  minfds: same(
    real('daemon/limits')(
      'the limit of open files that programs get from {kind}',
      "['minfds if that is more', '1024:4096', '1500'",
    ),
  ),
  minprocs: same(settings('minprocs raises the limit of processes, which programs inherit')),
  nocleanup: same(
    settings('nocleanup keeps the automatic logs of an earlier life'),
    logs('automatic logs of an earlier life are deleted at the start, and nothing else is'),
  ),
  childlogdir: same(
    settings('identifier is how the daemon calls itself, and names automatic logs, which are in childlogdir'),
  ),
  user: same(life('user= makes the daemon itself that user, with its groups')),
  strip_ansi: same(logs('strip_ansi takes escapes out, and at debug the daemon’s log has the output')),
  environment: same(
    children('its environment is the daemon’s, SUPERVISOR_*, [supervisord] and its own, later ones winning'),
  ),
  port_range: added(
    'Out of which `port=auto` takes its ports.',
    unit('config/ports')('a range that is used up is refused'),
  ),
  watch_config: added(
    'An update follows when a file changes, or one comes that an include means.',
    real('daemon/watch-config')('what changes in a file, and a file that an include means, is made so by itself'),
    real('daemon/watch-config')('a mistake changes nothing and is one line in the log; mended, it counts'),
  ),
  identifier: same(
    settings('identifier is how the daemon calls itself, and names automatic logs, which are in childlogdir'),
  ),
} satisfies Of<typeof supervisordOptions>;

const login = settings('a socket asks for the username and the password of its section, which may be a {SHA}');

export const unixServerKeys = {
  file: same(life('in the background: its command ends with 0, and it has a session of its own and no terminal')),
  chmod: same(settings('a socket has the chmod and chown of its section')),
  chown: same(settings('a socket has the chmod and chown of its section')),
  username: same(login),
  password: same(login),
} satisfies Of<typeof unixServerOptions>;

const everyPath = life('without a name and password nothing is shown, on any path');
const localOnly = life(
  'a port for everyone is a port for this machine unless it asks for a name, or everyone is allowed',
);

export const inetServerKeys = {
  port: better('Without a `username` it listens on 127.0.0.1 only, and the log says so.', localOnly),
  username: same(everyPath),
  password: same(everyPath, httpServer('a password kept as {SHA} is compared by its hash')),
  allow_unauthenticated: added(
    'Listens where `port` says, without a `username` too. Supervisor ignores it.',
    localOnly,
  ),
} satisfies Of<typeof inetServerOptions>;

export const supervisorctlKeys = {
  serverurl: same(
    pairing('serverurl=unix://%(here)s/../%(here)s/s.sock'),
    pairing("{ args: ['-s', url, 'pid', 'off'], isBare: true }"),
  ),
  username: same(pairing('username=joe')),
  password: same(pairing('password=se:cret')),
  prompt: same(pairing('prompt=web')),
  history_file: same(shell('greets with the status, completes names, remembers what was typed')),
} satisfies Of<typeof supervisorctlOptions>;

export const dashboardKeys = {
  servers: added(
    'The daemons of the dashboard. Supervisor passes the section over.',
    real('ctl/dashboard')('several daemons are one list, and one that is not there is said to be away'),
  ),
} satisfies Of<typeof dashboardOptions>;

const inOrder = processes(
  'programs start in the order of their priority, and stop in the opposite one, lower ones waiting',
);

export const groupKeys = {
  programs: same(inOrder),
  priority: same(inOrder),
} satisfies Of<typeof groupOptions>;

export const includeKeys = {
  files: same(settings('what files names is read after the main file, and its keys win')),
} satisfies Of<typeof includeOptions>;

export const rpcinterfaceKeys = {
  'supervisor.rpcinterface_factory': sameBut(
    "Supervisor's own, `supervisor.rpcinterface:make_main_rpcinterface`, is built in.",
    pairing("name: 'a daemon without its RPC interface'"),
  ),
} satisfies Of<typeof rpcinterfaceOptions>;

export const otherFactories = unsupported(
  'They are Python code inside the daemon; the file is refused, and the message names them. Ask over XML-RPC from a ' +
    'program of its own instead.',
  real('config/host')('only the plug-ins that are built in can be had'),
);

export const ctlpluginKeys = {
  'supervisor.ctl_factory': unsupported(
    'It is Python code inside `supervisorctl`: accepted and not loaded, which a warning says. Use a script that calls ' +
      '`tssupervisorctl`, or XML-RPC.',
    settings('a [ctlplugin:x] adds no command to tssupervisorctl, which says so where one is missed'),
  ),
} satisfies Of<typeof ctlpluginOptions>;
