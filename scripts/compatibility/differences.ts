/** What is different on purpose and belongs to no single key, method or command. */
import {
  changes,
  children,
  controlTests,
  fcgi,
  httpServer,
  life,
  logs,
  pools,
  processes,
  real,
  restart,
  statusPage,
  unit,
} from './evidence.ts';
import { better, type Verdict } from './verdict.ts';

export const differences = {
  'the tick of a second': better(
    'There is none: programs are started, restarted and stopped when it is time.',
    processes('%s: what is to be restarted is restarted at once'),
    unit('daemon/runtime')('a program that was killed is started again in the same turn, after its output was taken'),
  ),
  'the order of stopping': better(
    'Groups of equal priority stop together, lower ones wait for them; Supervisor stops one group after the other.',
    processes('programs start in the order of their priority, and stop in the opposite one, lower ones waiting'),
  ),
  'update of a part of a group': better(
    'Only processes whose own settings have changed are stopped, and the group is not told to listeners as removed and ' +
      'added while one of them goes on. `supervisorctl` and calls for groups restart all of it, as always.',
    real('daemon/update')(
      'a higher numprocs adds processes and leaves the others alone, though %(numprocs)d is another',
    ),
    real('daemon/update')('another priority of the group restarts nothing'),
    changes('update removes, replaces and adds, in that order, and leaves the others alone'),
  ),
  'a bad file': better(
    '`reread`, `update`, `reload` and SIGHUP report all that is wrong with it, with file and line, and change nothing.',
    changes('%s says what is wrong, and ends nothing'),
    unit('config/problems')('all mistakes of a file are reported at once, each with its line'),
  ),
  'a port or a socket that cannot be opened at a reload': better(
    'The reload is refused; one that is taken just then is opened later, and the programs run. Supervisor ends.',
    restart('a restart to an address that is taken or impossible is refused, and nothing ends'),
    restart('a port that is taken while it restarts costs that server only, until the port is free'),
  ),
  'an open port': better(
    'Without a `username` a port is on 127.0.0.1 only, unless the section says `allow_unauthenticated=true`.',
    life('a port for everyone is a port for this machine unless it asks for a name, or everyone is allowed'),
  ),
  'requests of browsers': better(
    'What a page of another site makes a browser send is refused with 403.',
    httpServer("requests that another site's page made a browser send are refused"),
  ),
  'names that were made to point here': better(
    "Without a `username` a port answers only to addresses and to the machine's own names.",
    statusPage('a name that was made to point here is refused to RPC too, ours and addresses are not'),
  ),
  'the status page': better(
    'Buttons that send a token, where Supervisor has links that anybody may make a browser follow.',
    statusPage('without the token, or by GET, nothing happens to a program'),
  ),
  'lost events': better(
    'The status page counts them for each pool, and names listeners that broke the protocol; Supervisor only logs both.',
    statusPage('events that were lost and a listener that broke the protocol are on the page'),
  ),
  'logs of any content': better(
    'What is no UTF-8, or cannot be in XML, is replaced in answers; Supervisor fails with 500.',
    controlTests('bytes that are no UTF-8 and control characters do no harm'),
  ),
  'logs that take nothing': better(
    'A full disk or a reader that stands still stops no program; the loss is told once and counted.',
    logs('holds up neither its program nor another, and is told once'),
    real('logs/main-log')('a stdout that nobody reads does not hold up the daemon'),
  ),
  'what programs inherit': better(
    'Signals as from a shell; Supervisor leaves SIGPIPE and SIGXFSZ ignored.',
    children('no signal is blocked, caught or (but for two of Supervisor’s) ignored'),
  ),
  'stdin of programs': better(
    'Text for a program that does not read waits; what it never reads is refused in the end.',
    children('1 MB reaches a program that reads late'),
    children('what a program never reads is refused in the end, and only that program is concerned'),
  ),
  '`[fcgi-program:x]` in a `[group:x]`': better(
    'It keeps its socket.',
    fcgi('members of a group keep theirs: each program its own, a program without one is named'),
  ),
  'a FastCGI socket that cannot be made': better(
    'At the start a message and exit status 2, later a spawn error; Supervisor ends with a traceback. A file that is ' +
      'no socket is left alone.',
    fcgi('a socket that cannot be made ends the start with a message and status 2'),
    fcgi('a port that is taken when the process starts is a spawn error, and the daemon lives'),
    fcgi('a file that is no socket is not removed to make place for one'),
  ),
  'hostile clients': better(
    'Requests that are too long, too deep or never end are refused, and everybody else is served meanwhile.',
    real('rpc/hostile')('100,000 levels, a billion laughs and other bombs are refused at once'),
    real('rpc/fuzz')(
      'through 5,000 hostile requests the daemon answers or hangs up, supervises, and holds on to nothing',
    ),
    real('rpc/starvation')('clients that are never done'),
  ),
  'hostile output': better(
    'Lines without an end and marks that are never closed take up no memory.',
    real('daemon/abuse')('output that nobody should write'),
  ),
  reread: better(
    'It has no effect of its own; Supervisor takes over `identifier`, `childlogdir` and others at once.',
    changes('reread keeps what the daemon is: its log, its childlogdir and its name stay'),
  ),
  events: better(
    'A rejected event goes back to its own pool only, and one subscribed to twice is sent once.',
    pools('a rejected event is not sent to other pools, and overlapping subscriptions not twice'),
  ),
  'a bare `%s` in a value': better(
    'Is an error; Supervisor puts all names and values there.',
    unit('config/fixtures')(
      'each trait of the dialect is read as Supervisor 4.2.5 reads it',
      'test/fixtures/config/bare-percent-s.conf',
    ),
  ),
  '`%%(here)s` in a file with an `[include]`': better(
    'Stays as it is written; Supervisor damages it.',
    unit('config/load')('a literal %(here)s survives an [include] in the same file'),
  ),
} satisfies Readonly<Record<string, Verdict>>;
