import type { Scene, Step } from './ctl-comparison.ts';

/**
 * What people do with supervisorctl, as scenes for `playScene`: every command, every refusal of the behaviour
 * reference 5.3, options, usage errors, servers that are not there, logins, and the shell through a pipe.
 */

const server = `
[unix_http_server]
file={here}/s.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisord]
logfile={here}/d.log
pidfile={here}/d.pid
childlogdir={here}
[supervisorctl]
serverurl=unix://{here}/s.sock
`;

const serverurl = 'unix://{here}/s.sock';

function program(name: string, command: string, ...settings: string[]): string {
  return [`[program:${name}]`, `command=${command}`, ...settings, ''].join('\n');
}

/** One step for each line: the words of the command line, split at blanks. Of a group, any may be first to be done. */
function lines(text: string): Step[] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .map((line) => ({
      args: line.split(' '),
      ...(/^(start|stop|restart) .*:\*?$/.test(line) && { inAnyOrder: true as const }),
    }));
}

/** A session of the shell, line by line, through a pipe. */
function shell(...typed: string[]): Step {
  return { args: [], stdin: typed.map((line) => `${line}\n`).join('') };
}

const cat = program('cat', '/bin/cat', 'startsecs=0');
const off = program('off', '/bin/cat', 'autostart=false');
const manyCats = program(
  'm',
  '/bin/cat',
  'startsecs=0',
  'numprocs=2',
  'process_name=%(program_name)s_%(process_num)02d',
);

const programs = [
  cat,
  off,
  program('slow', '/bin/cat', 'startsecs=3600'),
  program('failed', '/bin/false', 'startretries=0'),
  program('done', "/bin/sh -c 'exit 0'", 'startsecs=0', 'autorestart=false'),
  program(
    'talker',
    "/bin/sh -c 'echo one; echo two; echo oops >&2; exec cat'",
    'startsecs=0',
    'stdout_logfile={here}/talker.out',
    'stderr_logfile={here}/talker.err',
  ),
  program('silent', '/bin/cat', 'startsecs=0', 'stdout_logfile=NONE', 'stderr_logfile=NONE'),
  program('naïve', '/bin/cat', 'startsecs=0'),
  program('a-name-that-is-longer-than-thirty-characters', '/bin/cat', 'startsecs=0', 'priority=5'),
  manyCats,
  '[group:pair]\nprograms=left,right\npriority=7\n',
  program('left', '/bin/cat', 'startsecs=0'),
  program('right', '/bin/cat', 'autostart=false'),
].join('');

const ready = {
  cat: 'RUNNING',
  slow: 'STARTING',
  failed: 'FATAL',
  done: 'EXITED',
  talker: 'RUNNING',
  silent: 'RUNNING',
  naïve: 'RUNNING',
  m_01: 'RUNNING',
  left: 'RUNNING',
};

const looking: Scene = {
  name: 'looking',
  config: server + programs,
  serverurl,
  ready,
  isReadOnly: true,
  steps: [
    ...lines(`
      status
      status all
      status cat
      status cat cat off
      status pair:*
      status pair:
      status pair:left m:m_00
      status m:*
      status slow
      status done
      status failed
      status naïve
      status nobody
      status nobody cat
      status nobody off
      status nothing:*
      status pair
      status pair:nobody
      status :
      status cat all
      status ; pid
      pid
      pid cat
      pid off
      pid off cat
      pid nobody cat
      pid pair:left all
      pid pair:*
      avail
      avail x
      version
      version x
      tail talker
      tail -4 talker
      tail -0 talker
      tail --2 talker
      tail -+3 talker
      tail -1_0 talker
      tail talker stderr
      tail talker STDERR
      tail -3 talker stderr
      tail talker stdout
      tail talker foo
      tail talker f"oo
      tail talker it's
      tail -z talker
      tail -z talker foo
      tail -4x talker
      tail - talker
      tail
      tail -f
      tail -4
      tail a b c d
      tail -4 a b c
      tail a b stderr
      tail nobody
      tail silent
      tail off
      tail m:*
      tail pair:left
      tail -f silent
      tail -f nobody
      maintail
      maintail -100
      maintail -0
      maintail x
      maintail -z
      maintail a b
      fg
      fg a b
      fg nobody
      fg off
      fg m:*
      start
      stop
      restart
      signal
      signal HUP
      clear
      reload x
      shutdown x
      reread x
      add
      remove
      open
      open foo
      open http
      open gopher://x
      open unix:///nowhere
      open unix:/nowhere
      open http://127.0.0.1:1
      quit
      exit
      quit x
      EOF
      help
      help nobody
      help EOF
      help start stop
      ?
      ?start
      ? stop
      foo
      foo bar baz
      !ls
      *
      start-x
      Status
    `),
    ...'help add avail clear exit fg maintail open pid quit reload remove reread restart shutdown signal start status stop tail update version'
      .split(' ')
      .map((name) => ({ args: ['help', name] })),
    { args: ['tail -4', 'talker'] },
    { args: ['status cat', 'off'] },
    { args: ['  status   cat  '] },
    { args: ['status\tcat\noff'] },
    { args: [''] },
    { args: ['', ''] },
    { args: ['open unix://{here}/s.sock'] },
    { args: ['tail', '-f', 'talker'], interruptAt: 'two\n' },
    { args: ['maintail', '-f'], interruptAt: 'silent' },
    // Options.
    { args: ['-h'] },
    { args: ['-?'] },
    { args: ['--help', 'status'] },
    { args: ['--h'], isBare: true },
    { args: ['--hel'], isBare: true },
    { args: ['-z'] },
    { args: ['-v'], isBare: true },
    { args: ['--zoo'] },
    { args: ['-c'], isBare: true },
    { args: ['-c', 'x', '-c', 'y'], isBare: true },
    { args: ['-c', '{here}/none.conf', 'status'], isBare: true },
    { args: ['-c', '{here}', 'status'], isBare: true },
    { args: ['--history-file', 'x'] },
    { args: ['--history_file', '{here}/h', 'pid', 'off'] },
    { args: ['-r', '{here}/h', 'pid', 'off'] },
    { args: ['-s', 'nothing'] },
    { args: ['-s', ''] },
    { args: ['-s', 'http:', 'status'] },
    { args: ['-s', 'unix://', 'status'] },
    { args: ['-s', 'a:b', 'status'] },
    { args: ['-s', 'gopher://x', 'status'] },
    { args: ['-s', 'http://127.0.0.1:x', 'status'] },
    { args: ['-s', 'http://127.0.0.1:99999', 'status'] },
    { args: ['-i', '-i'] },
    { args: ['-is', 'unix://{here}/s.sock', 'pid', 'off'] },
    { args: ['-iz'] },
    { args: ['--serverurl=unix://{here}/s.sock', 'pid', 'off'] },
    { args: ['-u', 'x', '-pno', 'pid', 'off'] },
    { args: ['-u', 'x', '--user', 'y', 'pid'] },
    { args: ['--', 'pid', 'off'] },
    { args: ['-', 'pid', 'off'] },
    { args: ['-c{here}/s.conf', 'pid', 'off'], isBare: true },
    // The shell.
    shell(),
    shell('status cat', '', '   ', 'pid off', 'foo', 'quit'),
    shell('help', 'help start', '?stop', '!x', 'status; pid', 'exit'),
    shell('tail -4 talker', 'tail nobody', 'version x', 'EOF'),
    shell('open unix:///nowhere', 'status', 'open unix://{here}/s.sock', 'pid off'),
    shell('shutdown', 'n', 'reload', '', 'reload', 'no', 'shutdown x'),
    { args: [], stdin: 'shutdown' },
    { args: [], stdin: 'pid off' },
    { args: ['-i', 'shutdown'], stdin: 'n\n' },
    { args: ['-i', 'reload'], stdin: '' },
    { args: ['-i', 'pid', 'off'] },
  ],
};

const more = program('more', '/bin/cat', 'startsecs=0');
const stubborn = program(
  'stubborn',
  "/bin/sh -c 'trap : TERM; echo up; while :; do sleep 0.1; done'",
  'stopwaitsecs=1',
);
const signalled = program('signalled', '/bin/sh -c \'trap "echo got it" HUP; while :; do sleep 0.1; done\'');
const missing = program('missing', '/does/not/exist', 'autostart=false', 'startretries=0');
const refused = program('refused', '{here}/plain.txt', 'autostart=false', 'startretries=0');
const crashing = program('crashing', '/bin/false', 'autostart=false', 'startretries=0');
const leaving = program('leaving', "/bin/sh -c 'exit 0'", 'autostart=false', 'startretries=0', 'autorestart=false');
const ending = program('ending', "/bin/sh -c 'sleep 0.2; exit 0'", 'autostart=false', 'startsecs=2', 'startretries=0');
const acting = [server, cat, off, stubborn, signalled, missing, refused, crashing, leaving, ending, manyCats].join('');

const acts: Scene = {
  name: 'acting on processes',
  config: acting,
  files: { 'plain.txt': 'no program\n' },
  serverurl,
  ready: { cat: 'RUNNING', stubborn: 'RUNNING', signalled: 'RUNNING', m_01: 'RUNNING' },
  steps: [
    ...lines(`
      start cat
      start off
      start off cat nobody
      start nobody
      start nobody off
      start nothing:*
      start nothing:* cat
      start missing
      start refused
      start crashing
      start ending
      start missing cat
      start m:*
      start m:nobody
      stop off
      stop off
      stop off nobody
      stop nobody
      stop nothing:*
      stop nothing: off
      stop stubborn
      stop m:m_00
      status m:*
      start m:
      stop m:*
      stop m:*
      start m:*
      restart cat
      restart off
      restart nobody
      restart nothing:*
      restart cat nobody
      restart missing
      signal HUP signalled
      signal SIGHUP signalled cat
      signal hup signalled
      signal 1 signalled
      signal NOPE signalled
      signal HUP nobody
      signal HUP missing
      signal HUP nothing:*
      signal NOPE m:*
      signal USR1
      clear cat
      clear off nobody
      clear m:*
      clear m:m_00
      clear nobody
    `),
    { args: ['signal USR2', 'signalled'] },
    { args: ['restart', 'm:*'], inAnyOrder: true },
    { args: ['signal', 'CONT', 'm:*'], inAnyOrder: true },
    { args: ['signal', 'CONT', 'm:m_00', 'm:m_01'] },
    { args: ['clear', 'all'], inAnyOrder: true },
    { args: ['stop', 'all'], inAnyOrder: true },
    { args: ['stop', 'all'] },
    { args: ['signal', 'HUP', 'all'] },
    { args: ['start', 'm:*', 'cat'], inAnyOrder: true },
    { args: ['stop', 'cat', 'all'], inAnyOrder: true },
    { args: ['restart', 'm:*', 'off'], inAnyOrder: true },
    { args: ['pid', 'cat'] },
    { args: ['status', 'cat', 'off', 'm:*'] },
    shell('start cat', 'restart cat', 'stop cat', 'stop cat', 'clear cat'),
  ],
};

const elsewhere = program('off', '/bin/cat -u', 'autostart=false', 'serverurl=http://x');

const updating: Scene = {
  name: 'changing the configuration',
  config: server + cat + off,
  serverurl,
  ready: { cat: 'RUNNING' },
  steps: [
    { args: ['reread'] },
    { args: ['update'] },
    { args: ['update', 'all'] },
    { args: ['update', 'nothing'] },
    { args: ['update', 'nothing', 'cat'] },
    { args: ['reread'], rewrite: server + cat + more + program('off', '/bin/cat -u', 'autostart=false') + manyCats },
    { args: ['reread'] },
    { args: ['avail'] },
    { args: ['update', 'more'] },
    { args: ['update', 'nothing'] },
    { args: ['update'], inAnyOrder: true },
    { args: ['update'] },
    { args: ['reread'], rewrite: server + cat + more + elsewhere + manyCats },
    { args: ['update'] },
    { args: ['reread'], rewrite: server + more + manyCats },
    { args: ['update', 'cat'] },
    { args: ['update', 'all'], inAnyOrder: true },
    { args: ['status'], waitFor: { more: 'RUNNING', m_00: 'RUNNING', m_01: 'RUNNING' } },
    { args: ['remove', 'more'] },
    { args: ['remove', 'nothing'] },
    { args: ['stop', 'more'] },
    { args: ['remove', 'more', 'nothing', 'm'] },
    { args: ['add', 'more'] },
    { args: ['add', 'more'] },
    { args: ['add', 'nothing', 'more'] },
    { args: ['add', 'nothing'] },
    { args: ['reread'], rewrite: `${server}[program:x]\n` },
    { args: ['update'] },
    { args: ['update', 'x'] },
    { args: ['reread'], rewrite: `${server}[program:x]\ncommand=/bin/cat\nstartsecs=1.5\n` },
    { args: ['status'], rewrite: '[supervisord]\n' },
    { args: ['status'], rewrite: '[supervisorctl]\nserverurl=%(nothing)s\n' },
    { args: ['status'], rewrite: '[supervisorctl]\n[ctlplugin:x]\n' },
    {
      args: ['status', 'more'],
      rewrite: '[supervisorctl]\nserverurl=unix://%(here)s/../%(here)s/s.sock\nprompt=web\n',
    },
    { args: ['status'], rewrite: '[supervisorctl]\nserverurl=gopher://x\n' },
    { args: [], stdin: 'pid more\n', rewrite: '[supervisorctl]\nserverurl=unix://%(here)s/s.sock\nprompt=web\n' },
  ],
};

const lingering = program(
  'lingering',
  "/bin/sh -c 'trap : TERM; until [ -e {here}/the-end ]; do sleep 0.1; done'",
  'stopwaitsecs=100',
);

const endingIt: Scene = {
  name: 'ending the daemon',
  config: server + cat + lingering,
  serverurl,
  ready: { cat: 'RUNNING', lingering: 'RUNNING' },
  steps: [
    { args: ['shutdown'] },
    ...lines(`
      shutdown
      reload
      status
      status cat
      start cat
      stop cat
      restart cat
      signal HUP cat
      clear cat
      tail cat
      maintail
      pid
      version
      fg cat
      avail
      reread
      update
      add cat
      remove cat
    `),
    shell('pid', 'shutdown', 'y'),
  ],
};

const ask = `
[inet_http_server]
port=127.0.0.1:{port}
username=joe
password=se:cret
`;

/** A scene with a login; `port` is a free one. */
function asking(port: number): Scene {
  const url = `http://127.0.0.1:${port}`;
  const config = (server + ask + cat + off)
    .replace('{port}', String(port))
    .replace(/serverurl=.*/, `serverurl=${url}\nusername=joe\npassword=se:cret`);
  return {
    name: 'logging in',
    config,
    serverurl: url,
    login: ['joe', 'se:cret'],
    ready: { cat: 'RUNNING' },
    isReadOnly: true,
    steps: [
      { args: ['status'] },
      { args: ['-p', 'wrong', 'status'] },
      { args: ['-u', 'wrong', 'pid'] },
      { args: ['-p', 'wrong', 'avail'] },
      { args: ['-p', 'wrong', 'reread'] },
      { args: ['-p', 'wrong', 'shutdown'] },
      { args: ['-p', 'wrong', 'tail', '-f', 'cat'] },
      { args: ['-p', 'wrong', 'add', 'x'] },
      { args: ['-p', 'wrong', 'help'] },
      { args: ['-p', 'wrong', 'open', url] },
      { args: ['-p', ''], stdin: '' },
      { args: ['-s', url, 'pid', 'off'], isBare: true },
      { args: ['-s', `http://localhost:${port}/`, '-u', 'joe', '-p', 'se:cret', 'pid', 'off'], isBare: true },
      { args: ['-s', `http://LOCALHOST:${port}/x?y`, '-ujoe', '-pse:cret', 'pid', 'off'], isBare: true },
      { args: ['-s', 'unix://{here}/s.sock', 'pid', 'off'] },
      { args: ['open', `http://localhost:${port}`] },
    ],
  };
}

const nobodyThere: Scene = {
  name: 'nobody there',
  config: server,
  steps: [
    ...lines(
      'status|status x|start x|stop x|restart x|signal HUP x|clear x|tail x|tail -f x|maintail|maintail -f|pid|version|fg x|avail|reread|update|add x|remove x|shutdown|reload|start|restart|tail|help'.replaceAll(
        '|',
        '\n',
      ),
    ),
    ...['status', 'pid', 'shutdown', 'reload', 'avail', 'tail -f x', 'start x'].map((line) => ({
      args: ['-s', 'http://127.0.0.1:1', line],
    })),
    { args: ['-s', 'http://localhost:1', 'avail'] },
    { args: ['-s', 'http://no-such-host.invalid', 'status'] },
    { args: ['-s', 'http://no-such-host.invalid', 'avail'] },
    { args: ['-s', 'unix://{here}', 'status'] },
    { args: ['-s', 'unix://{here}/s.conf/x', 'pid'] },
    { args: ['-s', 'unix://{here}/s.conf', 'shutdown'] },
    shell('pid', 'shutdown', 'yes', 'reload', 'Y'),
  ],
};

const withoutInterface: Scene = {
  name: 'a daemon without its RPC interface',
  config: server.replace(/\[rpcinterface:supervisor\]\n.*\n/, '') + cat,
  serverurl,
  isReadOnly: true,
  steps: lines(
    'status|start x|stop x|restart x|signal HUP x|clear x|tail x|maintail|pid|version|fg x|avail|reread|update|add x|remove x|shutdown|reload'.replaceAll(
      '|',
      '\n',
    ),
  ),
};

const unfound = program('unfound', '/does/not/exist', 'startretries=1000');
const nowhere = program('nowhere', '/bin/cat', 'directory={here}/no/such/folder', 'startretries=0', 'startsecs=5');
const tooQuick = program('quick', '/bin/false', 'startretries=1000', 'startsecs=5', 'stdout_logfile=NONE');
const twoUnfound = '[group:both]\nprograms=lost,found\n'.concat(
  program('lost', 'no-such-command', 'startretries=1000'),
  program('found', '/bin/cat', 'startsecs=0'),
);

/** What does not come up. A program that is not found goes from BACKOFF to BACKOFF, so nobody can miss the state. */
const failing: Scene = {
  name: 'what does not start',
  config: server + unfound + nowhere + tooQuick + twoUnfound,
  serverurl,
  ready: { unfound: 'BACKOFF', nowhere: 'FATAL', quick: 'BACKOFF', lost: 'BACKOFF', found: 'RUNNING' },
  steps: [
    { args: ['status', 'unfound', 'nowhere', 'both:*'] },
    ...lines(`
      start unfound
      start both:lost
      start both:*
      start nowhere
      pid unfound
      pid nowhere
      signal HUP unfound
      signal HUP nowhere
      signal HUP both:*
      clear unfound
      tail unfound
      tail nowhere stderr
      fg unfound
      remove unfound
      remove nowhere
      stop nowhere
      restart nowhere
      stop unfound
      stop unfound
      restart unfound
      restart both:lost
      status nowhere
    `),
    // By now its waits are of some seconds, so one of a few looks and commands falls into one of them.
    { args: ['status', 'quick'], waitFor: { quick: 'BACKOFF' }, isRepeated: true },
    { args: ['start', 'quick'], waitFor: { quick: 'BACKOFF' }, isRepeated: true },
    { args: ['signal', 'HUP', 'quick'], waitFor: { quick: 'BACKOFF' }, isRepeated: true },
    { args: ['stop', 'quick'], waitFor: { quick: 'BACKOFF' } },
    { args: ['update'], rewrite: server + unfound.replace('1000', '999') + tooQuick + twoUnfound, inAnyOrder: true },
    { args: ['status', 'unfound', 'both:*', 'nowhere'], waitFor: { unfound: 'BACKOFF' } },
    // A process whose own settings are what they were would be left as it is by our pair.
    {
      args: ['update'],
      rewrite:
        server +
        tooQuick +
        twoUnfound.replace('lost,found', 'found,lost').replaceAll('command=', 'umask=022\ncommand='),
      inAnyOrder: true,
    },
    { args: ['status', 'both:*', 'unfound'], waitFor: { lost: 'BACKOFF', found: 'RUNNING' } },
    { args: ['stop', 'all'], inAnyOrder: true },
    { args: ['status', 'both:*', 'quick'] },
  ],
};

/** Every scene; `port` is a free one. */
export function scenes(port: number): Scene[] {
  return [looking, acts, updating, failing, endingIt, asking(port), nobodyThere, withoutInterface];
}
