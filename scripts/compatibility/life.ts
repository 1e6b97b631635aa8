/** The daemon as a process: signals and exit codes; and the other programs of the package. */
import { changes, controlTests, echoConf, life, listeners, logs, pidproxy, processes, real } from './evidence.ts';
import { better, same, sameBut, type Verdict } from './verdict.ts';

const ends = life('%s ends it in order, with 0');

export const signals = {
  SIGTERM: same(ends),
  SIGINT: same(ends),
  SIGQUIT: same(ends),
  SIGHUP: better(
    'With a file that cannot be used it changes nothing; Supervisor ends.',
    changes('SIGHUP is the same'),
    changes('%s says what is wrong, and ends nothing'),
    life('a hang-up while it goes down is ignored'),
  ),
  SIGUSR2: same(logs('USR2 opens the files that have been renamed away again')),
  SIGUSR1: better(
    'It is ignored, and the log says so; Supervisor is killed by it and leaves its programs alone.',
    life('SIGUSR1, which ends Supervisor, is ignored, and the log says so'),
  ),
  SIGCHLD: same(logs('strip_ansi takes escapes out, and at debug the daemon’s log has the output')),
  SIGKILL: sameBut(
    'Its programs go on without it, and the next daemon does not know them.',
    life('after kill -9 its programs live on, and the next start copes with the socket and the pidfile'),
  ),
} satisfies Readonly<Record<string, Verdict>>;

export const daemonExitCodes = {
  '0: an orderly end': same(ends, controlTests('every call but one is refused while it goes on, and it ends with 0')),
  '2: the command line or the files cannot be used': same(
    life('what cannot be read is told on stderr, with exit status 2'),
  ),
  '2: the socket or the port is taken': same(
    life('a second one on the same socket says so, ends with 2, and leaves the first alone'),
    life('a port that is taken is told alike'),
  ),
  '127: of a program that could not be run': same(
    processes('%s: a child that gets no further says why on its stderr and exits 127'),
  ),
} satisfies Readonly<Record<string, Verdict>>;

/** By their names under Supervisor. */
export const companions = {
  supervisord: same(
    real('daemon/letter')('a life of tssupervisord is one of supervisord, line by line'),
    real('package/smoke')('a program is started, shown, read, stopped, and the daemon ends with status 0'),
  ),
  supervisorctl: sameBut(
    'Each works with the daemon of the other.',
    real('ctl/pairings')('the four pairings of control command and daemon'),
    real('ctl/terminal')("Supervisor's shell and ours show the same at a terminal"),
  ),
  pidproxy: same(
    pidproxy('%s goes to the process in the pidfile, each time'),
    pidproxy('%s goes there and ends it with status 0'),
    pidproxy('with the arguments %j it shows its usage and ends with status 1'),
  ),
  echo_supervisord_conf: sameBut(
    'Its comments are our own.',
    echoConf('the sample has every section and key that Supervisor shows in its own'),
    echoConf("Debian's supervisord runs the sample"),
  ),
} satisfies Readonly<Record<string, Verdict>>;

/** What users have around Supervisor. */
export const tools = {
  'event listeners with `supervisor.childutils`': same(
    listeners('every step of a life is told, in order, with its words'),
    listeners('a listener may ask the daemon about what it was told'),
  ),
  'clients of XML-RPC in Python, Perl, Ruby, PHP and JavaScript': same(
    real('clients/clients')('the clients that users of Supervisor have, on {kind}'),
  ),
  'every method called from Python': same(
    real('clients/every-method')('every method answers Python as Supervisor does, value by value'),
  ),
  curl: same(real('clients/clients')('curl and XML by hand get the same answers, byte for byte, as of Supervisor')),
  'listeners with `supervisord-eventlistener` of npm': same(
    real('events/npm-listener')('is told every event and asks for the next'),
  ),
  "Ansible's module `supervisorctl`": same(
    real('clients/ansible')('Ansible sees changes, none, and failures as under Supervisor'),
  ),
  'logrotate, with `kill -USR2` or `copytruncate`': same(
    real('logs/logrotate')('renames and signals, and no line is lost'),
    real('logs/logrotate')('copies and empties, and the log goes on from its start'),
  ),
  'gunicorn behind nginx': same(
    real('etc/nginx-gunicorn')('pages come through nginx from both, and stop leaves no process and no port behind'),
  ),
  'PHP and fcgiwrap behind nginx': same(
    real('daemon/fcgi-servers')('a shell script answers by fcgiwrap'),
    real('etc/nginx-php')('the shipped configuration puts nginx before PHP on port 9000'),
  ),
} satisfies Readonly<Record<string, Verdict>>;
