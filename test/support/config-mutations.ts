/**
 * Configurations changed at random, at the level of the text: values, keys, sections, indentation, comments,
 * expansions, quotes, environment strings and numbers. The same generator makes the same files again.
 */

export class Mutator {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('Nothing to pick from');
    return item;
  }

  /** Some changes to a text. */
  mutate(text: string, changes: number): string {
    let lines = text.split('\n');
    for (let done = 0; done < changes; done++) lines = this.#change(lines);
    return lines.join('\n');
  }

  /** A text of nothing but trouble for the INI parser. */
  noise(): string {
    const lines = Array.from({ length: 1 + this.below(12) }, () => {
      const parts = Array.from({ length: this.below(5) }, () => this.pick(noiseParts));
      return this.pick(['', '', '', ' ', '\t', '  ']) + parts.join('');
    });
    const start = this.below(4) === 0 ? '' : this.pick(['[s]', '[program:x]', '[DEFAULT]', '[s] ; c']);
    return [start, ...lines].join(this.pick(['\n', '\n', '\r\n', '\r']));
  }

  #change(lines: string[]): string[] {
    const at = this.below(lines.length);
    const line = lines[at] ?? '';
    const replace = (text: string) => lines.with(at, text);
    const insert = (...more: string[]) => lines.toSpliced(at, 0, ...more);
    const setting = /^(\s*)([\w.-]+)(\s*[=:]\s*)(.*)$/s.exec(line);
    switch (this.below(16)) {
      case 0:
      case 1:
      case 2:
        return setting === null ? insert(this.#setting()) : replace(this.#newValue(setting));
      case 3:
        return insert(this.#setting());
      case 4:
        return this.below(3) === 0 ? lines.toSpliced(at, 1) : insert(line);
      case 5:
        return replace(this.pick([' ', '\t', '   ', '\u00a0']) + line);
      case 6:
        return replace(
          line + this.pick([' ; c', ';c', ' #c', '#c', '\t;c', ' ;', 'x;y ;z #a', '; [x]', ' # %(nope)s']),
        );
      case 7:
        return insert(this.pick(['', ' ', '; comment', '  # comment', '\t', '#']));
      case 8:
        return [...lines, ...this.pick(snippets).split('\n')];
      case 9:
        return setting === null
          ? replace(this.#insertInto(line))
          : replace(line.replace(/[=:]/, this.pick(delimiters)));
      case 10:
        return replace(this.#insertInto(line, this.pick(expansions)));
      case 11:
        return replace(this.#insertInto(line, this.pick(['"', "'", '\\', '\\"', '""', ',', '%', ']', '['])));
      case 12:
        return replace(this.#insertInto(line));
      case 13:
        return /^\[/.test(line) ? replace(this.#newHeader(line)) : insert(this.pick(headers));
      case 14:
        return line.length === 0
          ? lines
          : replace(line.slice(0, this.below(line.length)) + line.slice(1 + this.below(line.length)));
      default: {
        const other = this.below(lines.length);
        return lines.with(at, lines[other] ?? '').with(other, line);
      }
    }
  }

  #setting(): string {
    const key = this.pick(Object.keys(values));
    return `${key}${this.pick(delimiters)}${this.#value(key)}`;
  }

  #newValue([, indent = '', key = '', delimiter = '=']: RegExpExecArray): string {
    return `${indent}${key}${delimiter}${this.#value(key.toLowerCase())}`;
  }

  #value(key: string): string {
    const own = values[key] ?? texts;
    if (this.below(8) === 0) return this.pick([...texts, ...numbers, ...booleans, ...environments]);
    const value = this.pick(own);
    return this.below(10) === 0 ? this.#insertInto(value, this.pick(expansions)) : value;
  }

  #insertInto(text: string, what: string = this.pick(characters)): string {
    const at = this.below(text.length + 1);
    return text.slice(0, at) + what + text.slice(at);
  }

  #newHeader(line: string): string {
    const more = this.pick(['zzz', ' ; c', ']', '] ]', '', 'x', ' ', '#']);
    if (this.below(2) === 0) return line + more;
    return this.pick([
      line.toUpperCase(),
      line.replace(']', ''),
      line.replace('[', '[ '),
      ` ${line}`,
      this.pick(headers),
    ]);
  }
}

const delimiters = ['=', ' = ', ':', ': ', '', ' ', '\t=', '=='];
const characters = [
  '\t',
  '\r',
  '\f',
  '\u00a0',
  '\u2028',
  '\u0085',
  '\u001c',
  '\ufeff',
  'é',
  '日',
  '😀',
  ' ',
  '=',
  ':',
  ';',
  '#',
  '~',
  '/',
  '@',
  '&',
  '*',
  '$',
  '\0',
];
const noiseParts = [
  'a',
  'b=',
  '=',
  ':',
  ';',
  '#',
  ' ',
  '\t',
  '[',
  ']',
  '[x]',
  '[y:z]',
  ' ;',
  ' #',
  '%',
  'K = v',
  '\u00a0',
  '\u2028',
  '\u0085',
  '\u001c',
  '\ufeff',
  'é',
  '😀',
  '"',
  "'",
  '\\',
  '[DEFAULT]',
  '\f',
  '\v',
  'true',
  'null',
];
const numbers = [
  '0',
  '1',
  '2',
  '3',
  '10',
  '-1',
  '+5',
  ' 7',
  '1_0',
  '1.5',
  '',
  'x',
  '0x10',
  '007',
  '٣',
  '99999999999999999999',
  '1__0',
  '5k',
  '10KB',
  '2 MB',
  '1gb',
  'kb',
  '65536',
  '22',
  '9',
  '0o17',
  '0777',
  '1e3',
];
const booleans = [
  'true',
  'false',
  'yes',
  'NO',
  'on',
  'Off',
  '1',
  '0',
  '',
  'maybe',
  'True ',
  'unexpected',
  'UNEXPECTED',
];
const users = ['root', 'www-data', 'nobody', '0', '1000', '-1', 'no such', '', 'a:b', '%(ENV_HOME)s', 'app', '1_000'];
const owners = [...users, 'root:root', 'app:', ':app', '0:0', 'a:b:c', '1000:1000', 'x y:z', 'root:-1'];
const paths = [
  '/tmp/a.log',
  'a.log',
  '~/a.log',
  '~root/x',
  '/no-such-place/a',
  'NONE',
  'off',
  'AUTO',
  'syslog',
  '',
  '/dev/stdout',
  '%(here)s/a.log',
  '%(program_name)s.log',
  'a%%b',
  'a%%%%b',
  '/tmp/%(process_num)02d',
  '~',
  '/',
  '//x/y',
  'x/../y',
  './a',
  '/tmp/',
  '%(ENV_HOME)s/%(ENV_PATH)s',
  '%%(here)s',
  'Syslog',
];
const texts = [
  '/bin/cat',
  'a b',
  "sh -c 'a ; b'",
  '"x',
  "it's",
  'a\\ b',
  'a\\',
  '"a\\"b"',
  '$HOME',
  '%',
  '%%',
  '%s',
  '100%',
  '%(here)s',
  '%(nope)s',
  'date +%Y',
  'x;y',
  '',
  'é 日 😀',
  '%(program_name)s_%(process_num)02d',
  '%(group_name)s',
  '\'\' "" a',
  '%(host_node_name)s',
];
const expansions = [
  '%(here)s',
  '%%(here)s',
  '%(program_name)s',
  '%(process_num)d',
  '%(process_num)02d',
  '%(numprocs)s',
  '%(group_name)s',
  '%(host_node_name)s',
  '%(ENV_HOME)s',
  '%(ENV_NOPE)s',
  '%(ENV_A)s',
  '%(ENV_A)s%(ENV_B)s',
  '%%',
  '%',
  '%s',
  '%(',
  '%(here',
  '%(here)',
  '%(here)d',
  '%(here)5.2s',
  '%(process_num)-5d|',
  '%(process_num)x',
  '%(process_num)#o',
  '%(process_num)+d',
  '%(process_num)5.1f',
  '%(process_num)e',
  '%(process_num)c',
  '%(process_num)r',
  '%(here)r',
  '%(a(b)c)s',
  '%(process_num)*d',
  '%(process_num)ld',
  '%(here)y',
  '%(here)%',
  '%%%(here)s',
  '%(here)s%Y',
  '%5%',
  '%(process_num).3d',
  '%(process_num)hhd',
];
const environments = [
  'A=1',
  'A=1,B=2',
  'A="x,y",B=\'z\'',
  'A=',
  'A=""',
  'A="a""b"',
  'A=\'"x"\'',
  'A=foo"bar"',
  'A=http://x:80/?q=1&b=2',
  'A=a b',
  'A=$HOME',
  'A=~/x',
  'A=a@b',
  'A=1 B=2',
  'A=1;B=2',
  ',A=1',
  'A=1,',
  'A=1,,B=2',
  'A="x',
  'A=#c',
  'A=1#c',
  'A="%(ENV_HOME)s:x"',
  'B="%(ENV_A)s"',
  'A=%(process_num)d',
  'A%(process_num)d=1',
  'A="%(here)s",B=2',
  'A=x\n  ,B=y',
  'A=é',
  'HOME=/x,PATH="/a:%(ENV_PATH)s"',
  'A="\\"',
  "A='a",
  'A = 1 , B = 2',
  'A="%%"',
  '"A"=1',
  'A==1',
  'A:1',
  'A=1#c\n  2,B=3',
];
const signals = [
  'TERM',
  'hup',
  'SIGKILL',
  'sigint',
  '9',
  '0',
  '15',
  '35',
  '64',
  '34',
  '99',
  'FOO',
  '',
  'CLD',
  '_DFL',
  'RTMIN',
  'RTMAX',
  ' USR1',
  '-1',
];
const codes = ['0', '0,2', '1, 2', '256', '-1', '', '0,', 'x', '0,1,255', '1 2'];
const names = [
  'x',
  'a_%(process_num)02d',
  '%(program_name)s_%(process_num)d',
  '%(group_name)s',
  'a b',
  'a:b',
  'a/b',
  '%(program_name)s',
  '',
  '%(host_node_name)s%(process_num)s',
  '%(process_num)02d',
  '%(ENV_A)s',
];
const sizes = ['1MB', '0', '50mb', '10KB', '1 GB', '1.5MB', '5k', '-1', '', 'kb', '%(ENV_NUM)s', '1024'];

const values: Readonly<Record<string, readonly string[]>> = {
  command: texts,
  process_name: names,
  numprocs: ['0', '1', '2', '3', '-1', 'x', '', '%(ENV_NUM)s', '12', '99999999'],
  numprocs_start: ['0', '1', '-2', '5', 'x', '%(ENV_NUM)s'],
  priority: [...numbers, '%(program_name)s', '%(ENV_NUM)s'],
  autostart: booleans,
  autorestart: booleans,
  startsecs: numbers,
  startretries: numbers,
  stopwaitsecs: numbers,
  stopsignal: signals,
  exitcodes: codes,
  stopasgroup: booleans,
  killasgroup: booleans,
  redirect_stderr: booleans,
  stdout_logfile: paths,
  stderr_logfile: paths,
  stdout_logfile_maxbytes: sizes,
  stderr_logfile_maxbytes: sizes,
  stdout_logfile_backups: numbers,
  stdout_capture_maxbytes: sizes,
  stdout_events_enabled: booleans,
  stdout_syslog: booleans,
  stderr_syslog: booleans,
  environment: environments,
  serverurl: ['AUTO', 'auto', '', 'http://x', '%(here)s', ' Auto '],
  user: users,
  umask: numbers,
  directory: paths,
  logfile: paths,
  pidfile: paths,
  childlogdir: paths,
  loglevel: ['info', 'DEBUG', 'warning', 'blather', '', 'trace', 'critical'],
  identifier: texts,
  nodaemon: booleans,
  minfds: numbers,
  file: paths,
  chmod: numbers,
  chown: owners,
  username: texts,
  password: texts,
  port: [
    '9001',
    '*:9001',
    ':9001',
    'LocalHost:9001',
    '',
    'x',
    '0',
    '65536',
    'a:',
    '[::1]:9001',
    '127.0.0.1:9001',
    '%(ENV_NUM)s',
  ],
  programs: ['a', 'x', 'x,y', 'x, y', 'x,', '', 'nope', 'f', 'x,nope', 'e'],
  events: ['EVENT', 'PROCESS_STATE', 'process_state_exited,TICK_5', '', 'NOPE', 'TICK_5,', 'TICK_5,TICK_5'],
  buffer_size: ['1', '10', '0', '-1', 'x', '100'],
  result_handler: ['a:b', 'supervisor.dispatchers:default_handler'],
  socket: [
    'unix:///tmp/%(program_name)s.sock',
    'tcp://LocalHost:9000',
    'tcp://x:0',
    'tcp://x:99999',
    'foo',
    'unix://rel',
    '',
    'tcp://a b:1',
    'unix:////tmp//x/../y',
    'tcp://x:٣',
    '%(process_num)d',
  ],
  socket_owner: owners,
  socket_mode: numbers,
  socket_backlog: ['1', '0', '65536', '128', 'x'],
  files: [
    '*.conf',
    '/no-such-place/*.conf',
    'nothing.conf',
    '%(here)s/x',
    '%(ENV_HOME)s/y z',
    '',
    '~/x',
    'conf.d/a*',
    'conf.d/[a]pp.conf',
    'conf.?/app.conf',
    '%(host_node_name)s',
    '%(nope)s',
  ],
  prompt: texts,
  history_file: paths,
  'supervisor.rpcinterface_factory': [
    'a:b',
    'supervisor.rpcinterface:make_main_rpcinterface',
    '%(ENV_HOME)s',
    '%(here)s',
    '',
  ],
};

const headers = [
  '[program:x]',
  '[program: y ]',
  '[program:a b]',
  '[program:x/y]',
  '[program:x]zzz',
  '[Program:x]',
  '[DEFAULT]',
  '[group:g]',
  '[group:x]',
  '[eventlistener:e]',
  '[eventlistener: e ]',
  '[fcgi-program:f]',
  '[fcgi-program:x]',
  '[unix_http_server]',
  '[unix_http_server:two]',
  '[inet_http_server]',
  '[inet_http_server_old]',
  '[supervisord]',
  '[supervisorctl]',
  '[include]',
  '[rpcinterface:supervisor]',
  '[rpcinterface:x]',
  '[ctlplugin:x]',
  '[]',
  '[x',
  '[program:]',
  '[group:a:b]',
  '[😀]',
];

const snippets = [
  '[program:x]\ncommand=/bin/cat',
  '[program:y]\ncommand=/bin/y\nnumprocs=2\nprocess_name=%(program_name)s_%(process_num)02d',
  '[group:g]\nprograms=x,y\npriority=5',
  '[group:h]\nprograms=x',
  '[eventlistener:e]\ncommand=/bin/e\nevents=TICK_5,PROCESS_STATE',
  '[eventlistener:e2]\ncommand=/bin/e\nevents=EVENT\nbuffer_size=5\nstdout_logfile=AUTO',
  '[fcgi-program:f]\ncommand=/bin/f\nsocket=unix:///tmp/%(program_name)s.sock\nuser=app',
  '[fcgi-program:f2]\ncommand=/bin/f\nsocket=tcp://localhost:9000',
  '[fcgi-program:f3]\ncommand=/bin/f\nsocket=unix:///tmp/f\nsocket_owner=app:www\nsocket_mode=0770\nsocket_backlog=5',
  '[unix_http_server]\nfile=/tmp/s.sock\nchmod=0770\nchown=root:app',
  '[inet_http_server]\nport=127.0.0.1:9001\nusername=u\npassword=p',
  '[inet_http_server:two]\nport=*:9002',
  '[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface',
  '[rpcinterface:x]\nsupervisor.rpcinterface_factory=a:b\nextra=1\nmore = %(ENV_HOME)s',
  '[supervisorctl]\nserverurl=unix:///tmp/s.sock\nhistory_file=~/.h\nprompt=p',
  '[ctlplugin:c]\nsupervisor.ctl_factory=a:b\nk=v',
  '[DEFAULT]\nstartsecs=7',
  '[DEFAULT]\nuser=app\nlogfile=%(here)s/d.log',
  '[include]\nfiles=nothing/*.conf',
  '[supervisord]\nenvironment=A=1,B="x y"',
  '[program:z]\ncommand=/bin/z %(ENV_A)s %(ENV_C)s\nenvironment=C="%(ENV_A)s/%(process_num)d"',
  '[program:long]\ncommand=/bin/a\n  b\n\n  ; not this\n  c\nstdout_logfile=/tmp/%(program_name)s.log\nredirect_stderr=true\nstderr_logfile=/tmp/e',
  '[program:sys]\ncommand=x\nstdout_logfile=syslog\nstderr_logfile=AUTO\nstderr_logfile_maxbytes=0',
];
