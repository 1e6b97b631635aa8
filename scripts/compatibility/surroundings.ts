/** What is around the processes: their states, what they are told, and what is served over HTTP. */
import { type Mood, moodCodes, type StateName, stateCodes } from '../../src/rpc/states.ts';
import {
  call,
  changes,
  children,
  controlTests,
  httpServer,
  life,
  pairing,
  processes,
  settings,
  shell,
  statusPage,
  unit,
} from './evidence.ts';
import { added, better, same, sameBut, type Verdict } from './verdict.ts';

export const states = {
  STOPPED: same(processes('how it ended while it was stopped is told, expected or not')),
  STARTING: same(processes('a STARTING program is stopped, and its start is told as abnormal')),
  RUNNING: same(processes('a program is RUNNING once it has been up for startsecs')),
  BACKOFF: same(processes('a program in BACKOFF is stopped without a signal')),
  STOPPING: same(processes('a program that ignores its stop signal is killed after stopwaitsecs')),
  EXITED: same(processes('autorestart=false leaves a bad end alone and shows its code')),
  FATAL: same(processes('even exit status 0 within startsecs is too quick')),
  UNKNOWN: same(
    unit('daemon/runtime')(
      'a signal that the system refuses makes the process UNKNOWN, one that comes too late does not',
    ),
  ),
} satisfies Readonly<Record<StateName, Verdict>>;

export const stateName = (name: string) => `${stateCodes[name as StateName]} ${name}`;

const refused = controlTests('every call but one is refused while it goes on, and it ends with 0');

/** FATAL has a code and never comes. */
export const moods = {
  RUNNING: same(call("['getState', [], { statecode: 1, statename: 'RUNNING' }]")),
  RESTARTING: sameBut(
    'No client ever sees it: calls are refused meanwhile.',
    changes('reload with a good file: the same daemon, its programs anew'),
  ),
  SHUTDOWN: sameBut('No client ever sees it: calls are refused meanwhile.', refused),
} satisfies Readonly<Record<Mood, Verdict>>;

export const moodName = (name: string) => `${moodCodes[name as Mood]} ${name}, of the daemon`;

const supervised = settings('a program is told its name, its group and that it is supervised');

export const environment = {
  SUPERVISOR_ENABLED: same(supervised),
  SUPERVISOR_PROCESS_NAME: same(supervised),
  SUPERVISOR_GROUP_NAME: same(supervised),
  SUPERVISOR_SERVER_URL: same(
    settings('serverurl is what a program is told as SUPERVISOR_SERVER_URL'),
    children('its environment is the daemon’s, SUPERVISOR_*, [supervisord] and its own, later ones winning'),
  ),
  TSSUPERVISOR_CHILD: added(
    'Whose child it is.',
    children('its environment is the daemon’s, SUPERVISOR_*, [supervisord] and its own, later ones winning'),
  ),
} satisfies Readonly<Record<string, Verdict>>;

const expand = settings('%(names)s expand to what they stand for');

export const names = {
  here: same(expand),
  host_node_name: same(expand),
  program_name: same(expand),
  group_name: same(expand),
  process_num: same(expand, processes('numprocs makes as many, with their own names')),
  numprocs: same(expand),
  ENV_X: same(expand, unit('config/load')('a variable of the environment with a percent sign is not expanded again')),
} satisfies Readonly<Record<string, Verdict>>;

export const http = {
  '`POST /RPC2`': same(
    httpServer('paths, verbs and lengths are answered with the statuses that Supervisor answers with'),
  ),
  '`/logtail/NAME`, `/logtail/NAME/stderr`': same(
    pairing("{ args: ['tail', '-f', 'talker'], interruptAt: 'two\\n' }"),
    shell('fg shows each typed line twice, echoed and as output, and Ctrl-D leaves the process running'),
  ),
  '`/mainlogtail`': same(pairing("{ args: ['maintail', '-f'], interruptAt: 'silent' }")),
  'a log over HTTP/1.0': better(
    'Comes at once; Supervisor holds back 64 KiB.',
    httpServer('an HTTP/1.0 client that follows a log gets it at once, without chunks'),
  ),
  'user name and password': same(
    life('without a name and password nothing is shown, on any path'),
    httpServer('credentials are asked for on every path, and a password may hold colons'),
  ),
  'connections that stay open': same(httpServer('HTTP/1.1 stays open, HTTP/1.0 only if it asks to')),
  '`/`, `/index.html`, `/tail.html`, `/ok.html`': sameBut(
    'Actions are POSTs with the token of the page; the page looks different.',
    statusPage('ours says too, to every action, of every log, in every row'),
    unit('daemon/web')('a log shows its end: at least 1024 bytes, as many as asked for, at most 4 MiB'),
  ),
  'pages of errors': same(httpServer("errors come as Supervisor's small page")),
} satisfies Readonly<Record<string, Verdict>>;
