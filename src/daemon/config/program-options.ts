import type { OptionTable } from '../../config/option.ts';
import {
  autoRestart,
  boolean,
  eventList,
  exitCodes,
  integer,
  logFile,
  octal,
  owner,
  processName,
  signal,
  size,
  text,
  user,
} from '../../config/values.ts';
import { careOptions } from './care-options.ts';
import { environment } from './environment.ts';
import { listenOptions } from './listen-options.ts';
import { logOptions } from './log-options.ts';
import { orderOptions } from './order-options.ts';
import { portOptions } from './port-options.ts';
import { probeOptions } from './probe-options.ts';
import { reloadOptions } from './reload-options.ts';
import { restartOptions } from './restart-options.ts';
import { scheduleOptions } from './schedule-options.ts';
import { tagOptions } from './tag-options.ts';
import { watchOptions } from './watch-options.ts';

const logDoc = 'of the stream; AUTO chooses a name in childlogdir, NONE keeps no log.';

/** `[program:x]`. */
export const programOptions = {
  command: {
    type: text,
    required: true,
    names: 'own environment',
    doc: 'What to run, split into words as a shell would, but without variables, globs and pipes.',
  },
  process_name: {
    type: processName,
    initial: '%(program_name)s',
    names: 'own environment',
    doc: 'The name of each process; with numprocs above 1 it must hold `%(process_num)`.',
  },
  numprocs: { type: integer, initial: '1', names: 'program', doc: 'How many processes to run of it.' },
  numprocs_start: { type: integer, initial: '0', names: 'program', doc: 'The first `process_num`.' },
  priority: {
    type: integer,
    initial: '999',
    names: 'here',
    doc: 'Programs with a low number start first and stop last.',
  },
  autostart: { type: boolean, initial: 'true', names: 'program', doc: 'Start it together with the daemon.' },
  autorestart: {
    type: autoRestart,
    initial: 'unexpected',
    names: 'program',
    doc: 'Whether to start it again after it ended: true, false, or unexpected for an exit code that exitcodes does not name.',
  },
  startsecs: {
    type: integer,
    initial: '1',
    names: 'program',
    doc: 'How many seconds it must stay up to count as started; 0 counts at once.',
  },
  startretries: {
    type: integer,
    initial: '3',
    names: 'program',
    doc: 'How often to try again, each time a second later (see `backoff`), before it is FATAL; -1 is for ever.',
  },
  exitcodes: { type: exitCodes, initial: '0', names: 'program', doc: 'The exit codes that are expected.' },
  stopsignal: { type: signal, initial: 'TERM', names: 'program', doc: 'The signal that asks it to stop.' },
  stopwaitsecs: {
    type: integer,
    initial: '10',
    names: 'program',
    doc: 'How many seconds it has after stopsignal before it is killed.',
  },
  stopasgroup: {
    type: boolean,
    initial: 'false',
    names: 'program',
    doc: 'Send the stop signal to its whole process group; implies killasgroup.',
  },
  killasgroup: {
    type: boolean,
    initially: 'what stopasgroup is',
    names: 'program',
    doc: 'Kill its whole process group.',
  },
  user: { type: user, names: 'program', doc: 'The account, by name or number, to run it as; needs root.' },
  directory: { type: text, names: 'own environment', doc: 'The directory to run it in.' },
  umask: { type: octal, names: 'program', doc: 'Its umask.' },
  environment: {
    type: environment,
    initial: '',
    names: 'process',
    doc: 'Variables, `KEY="value",OTHER="value"`; they win over all others.',
  },
  redirect_stderr: {
    type: boolean,
    initial: 'false',
    names: 'program',
    doc: 'Send its stderr where its stdout goes.',
  },
  stdout_logfile: { type: logFile, initial: 'AUTO', names: 'own environment', doc: `The log ${logDoc}` },
  stdout_logfile_maxbytes: {
    type: size,
    initial: '50MB',
    names: 'own environment',
    doc: 'How large the log may grow before it is rotated; 0 is without limit, as /dev/stdout needs it.',
  },
  stdout_logfile_backups: {
    type: integer,
    initial: '10',
    names: 'own environment',
    doc: 'How many rotated logs are kept; with 0 the log is emptied instead.',
  },
  stdout_capture_maxbytes: {
    type: size,
    initial: '0',
    names: 'program',
    doc: 'How much text between the capture marks becomes an event; 0 captures nothing.',
  },
  stdout_events_enabled: {
    type: boolean,
    initial: 'false',
    names: 'program',
    doc: 'Announce what it writes as PROCESS_LOG events.',
  },
  stdout_syslog: {
    type: boolean,
    initial: 'false',
    names: 'own environment',
    doc: 'Send each line to the system log as well.',
  },
  stderr_logfile: { type: logFile, initial: 'AUTO', names: 'own environment', doc: `The log ${logDoc}` },
  stderr_logfile_maxbytes: {
    type: size,
    initial: '50MB',
    names: 'own environment',
    doc: 'As for stdout.',
  },
  stderr_logfile_backups: { type: integer, initial: '10', names: 'own environment', doc: 'As for stdout.' },
  stderr_capture_maxbytes: { type: size, initial: '0', names: 'program', doc: 'As for stdout.' },
  stderr_events_enabled: { type: boolean, initial: 'false', names: 'program', doc: 'As for stdout.' },
  stderr_syslog: { type: boolean, initial: 'false', names: 'own environment', doc: 'As for stdout.' },
  serverurl: {
    type: text,
    initial: 'AUTO',
    names: 'program',
    doc: 'What SUPERVISOR_SERVER_URL says to it; AUTO is the address of the first unix server, else of an inet server.',
  },
  ...portOptions,
  ...listenOptions,
  ...careOptions,
  ...probeOptions,
  ...orderOptions,
  ...restartOptions,
  ...reloadOptions,
  ...scheduleOptions,
  ...tagOptions,
  ...logOptions,
  ...watchOptions,
} as const satisfies OptionTable;

/** `[eventlistener:x]`. */
export const eventlistenerOptions = {
  ...programOptions,
  priority: {
    type: integer,
    initially: '-1 for the pool, 999 for its processes',
    names: 'here',
    doc: 'Pools with a low number start first and stop last.',
  },
  events: {
    type: eventList,
    required: true,
    names: 'here',
    doc: 'The types of events it is sent; a type includes those below it.',
  },
  buffer_size: {
    type: integer,
    initial: '10',
    names: 'here',
    doc: 'How many events wait for it; when there are more the oldest is dropped. Unless it is written, up to 1,000 wait.',
  },
  result_handler: {
    type: text,
    initial: 'supervisor.dispatchers:default_handler',
    names: 'here',
    doc: "What reads its answers: Supervisor's own, or `supervisor_stdout:event_handler`, which prints them.",
  },
  redirect_stderr: { type: boolean, initial: 'false', names: 'here', doc: 'Cannot be true: stdout is the protocol.' },
} as const satisfies OptionTable;

/** `[fcgi-program:x]`. */
export const fcgiOptions = {
  ...programOptions,
  socket: {
    type: text,
    required: true,
    names: 'here',
    doc: 'The socket its processes accept on: `unix:///path` or `tcp://host:port`; may use `%(program_name)s`.',
  },
  socket_backlog: {
    type: integer,
    initially: 'as many as the system allows',
    names: 'here',
    doc: 'How many connections may wait, 1 to 65535.',
  },
  socket_owner: {
    type: owner,
    initially: 'user and its group, if user is another account',
    names: 'here',
    refusal: 'Invalid socket_owner value',
    doc: 'Who owns a unix socket: `user` or `user:group`.',
  },
  socket_mode: {
    type: octal,
    initially: '0700',
    names: 'here',
    refusal: 'Invalid socket_mode value',
    doc: 'The permissions of a unix socket.',
  },
  user: { type: user, names: 'here', doc: programOptions.user.doc },
} as const satisfies OptionTable;
