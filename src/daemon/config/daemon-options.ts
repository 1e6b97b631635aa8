import type { OptionTable } from '../../config/option.ts';
import {
  boolean,
  existingDirectory,
  existingPath,
  inetAddress,
  integer,
  list,
  logLevel,
  octal,
  owner,
  size,
  text,
} from '../../config/values.ts';
import { environment } from './environment.ts';
import { portRange } from './port-options.ts';

/** `[supervisord]`. */
export const supervisordOptions = {
  logfile: {
    type: existingPath,
    initial: 'supervisord.log',
    names: 'here',
    doc: "The daemon's own log; `syslog` for the system log. A relative path starts where the daemon was started.",
  },
  logfile_maxbytes: {
    type: size,
    initial: '50MB',
    names: 'here',
    doc: 'How large the log may grow before it is rotated; 0 is without limit, as /dev/stdout needs it.',
  },
  logfile_backups: {
    type: integer,
    initial: '10',
    names: 'here',
    doc: 'How many rotated logs are kept; with 0 the log is emptied instead.',
  },
  loglevel: {
    type: logLevel,
    initial: 'info',
    names: 'here',
    doc: 'What is worth a line: critical, error, warn, info, debug, trace or blather.',
  },
  pidfile: { type: existingPath, initial: 'supervisord.pid', names: 'here', doc: "Where the daemon's pid is written." },
  umask: {
    type: octal,
    initial: '022',
    names: 'here',
    doc: 'The umask of the daemon; it is set only when the daemon goes to the background.',
  },
  directory: {
    type: existingDirectory,
    names: 'here',
    doc: 'The directory the daemon changes to; only when it goes to the background.',
  },
  nodaemon: { type: boolean, initial: 'false', names: 'here', doc: 'Stay in the foreground, log to the terminal too.' },
  silent: { type: boolean, initial: 'false', names: 'here', doc: 'In the foreground, do not log to the terminal.' },
  minfds: {
    type: integer,
    initial: '1024',
    names: 'here',
    doc: 'How many file descriptors the daemon must be able to open.',
  },
  minprocs: {
    type: integer,
    initial: '200',
    names: 'here',
    doc: 'How many processes the system must let the daemon have.',
  },
  nocleanup: { type: boolean, initial: 'false', names: 'here', doc: 'Keep the AUTO logs of an earlier run at start.' },
  childlogdir: {
    type: existingDirectory,
    initially: "the system's directory for temporary files",
    names: 'here',
    doc: 'The directory of the AUTO logs.',
  },
  user: {
    type: text,
    names: 'here',
    doc: 'The account, by name or number, that the daemon runs as if root starts it.',
  },
  strip_ansi: { type: boolean, initial: 'false', names: 'here', doc: "Take ANSI sequences out of children's output." },
  environment: {
    type: environment,
    initial: '',
    names: 'here',
    doc: 'Variables for every child, `KEY="value",OTHER="value"`; usable as `%(ENV_KEY)s` in the sections of programs and servers.',
  },
  identifier: {
    type: text,
    initial: 'supervisor',
    names: 'here',
    doc: 'The name of this daemon in RPC, in events and in the names of AUTO logs.',
  },
  port_range: {
    type: portRange,
    initial: '20000-29999',
    names: 'here',
    ours: true,
    doc: 'Out of which `port=auto` takes its ports.',
  },
  watch_config: {
    type: boolean,
    initial: 'false',
    names: 'here',
    ours: true,
    doc:
      'Whether the files are read again when one of them changes, or one comes that an include means, and what they say ' +
      'is made so, as `update` does. Files with a mistake change nothing, and the log says which.',
  },
} as const satisfies OptionTable;

const authentication = {
  username: {
    type: text,
    names: 'environment',
    doc: 'The user name that requests must carry; empty asks for none. Needs a password beside it.',
  },
  password: {
    type: text,
    names: 'environment',
    doc: 'The password in clear text, or `{SHA}` and the 40 hex digits of its SHA-1.',
  },
} as const satisfies OptionTable;

/** `[unix_http_server]`, `[unix_http_server:name]`. */
export const unixServerOptions = {
  file: { type: text, required: true, names: 'here', doc: 'The path of the socket.' },
  chmod: {
    type: octal,
    initial: '0700',
    names: 'environment',
    refusal: 'Invalid chmod value',
    doc: 'The permissions of the socket.',
  },
  chown: {
    type: owner,
    names: 'environment',
    refusal: 'Invalid sockchown value',
    doc: 'Who owns the socket: `user` or `user:group`.',
  },
  ...authentication,
} as const satisfies OptionTable;

/** `[inet_http_server]`, `[inet_http_server:name]`. */
export const inetServerOptions = {
  port: {
    type: inetAddress,
    required: true,
    names: 'environment',
    doc: 'Where to listen: `port`, `*:port` or `host:port`, IPv4.',
  },
  ...authentication,
  allow_unauthenticated: {
    type: boolean,
    initial: 'false',
    names: 'environment',
    ours: true,
    doc: 'Listen where `port` says even without a username. Else a server that asks nobody for a password listens on 127.0.0.1 only, and the log says so.',
  },
} as const satisfies OptionTable;

/** `[include]`. */
export const includeOptions = {
  files: {
    type: text,
    required: true,
    names: 'node',
    doc: 'Patterns with blanks between them, relative to the main file. Their sections are added to what is there; later keys win.',
  },
} as const satisfies OptionTable;

/** `[group:x]`. */
export const groupOptions = {
  programs: {
    type: list,
    initial: '',
    names: 'here',
    doc: 'The programs that form the group; they lose the group of their own.',
  },
  priority: {
    type: integer,
    initial: '999',
    names: 'here',
    doc: 'Groups with a low number start first and stop last.',
  },
} as const satisfies OptionTable;

/** `[rpcinterface:x]`: its further keys go to the factory. */
export const rpcinterfaceOptions = {
  'supervisor.rpcinterface_factory': {
    type: text,
    required: true,
    names: 'environment',
    doc: "What answers the methods of namespace x. Supervisor's own is built in: `supervisor.rpcinterface:make_main_rpcinterface`.",
  },
} as const satisfies OptionTable;
