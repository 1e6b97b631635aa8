import type { ServerAddress } from '../../rpc/server-address.ts';
import type { Trouble } from './trouble.ts';

/**
 * What people at a terminal are told behind Supervisor's own words when there is no talking to the daemon: why, and
 * what to type. Supervisor says `unix:///run/s.sock no such file` and `[Errno 13] Permission denied`, and leaves the
 * rest to a search on the web.
 */

export interface Facts {
  /** The configuration file that was read, if there was one. */
  readonly file: string | undefined;
  readonly serverurl: string;
  readonly address: ServerAddress;
  /** -s was given: the file was not asked where the daemon is. */
  readonly isUrlGiven: boolean;
  readonly username: string | undefined;
  /** The name of the user who runs the command. */
  readonly user: string;
  /** What the file says of the daemon, as far as it can be read. */
  readonly daemon: DaemonFacts;
  /** The one in the way: the socket, or a folder above it that may not be entered. */
  readonly barrier: Barrier | undefined;
}

export interface DaemonFacts {
  /** `[unix_http_server] file=`, absolute. */
  readonly socket?: string | undefined;
  /** `[inet_http_server] port=`, as it is written. */
  readonly port?: string | undefined;
  /** The user name that the server at this address asks for. */
  readonly username?: string | undefined;
  /** The pid in `[supervisord] pidfile`, if that process is alive. */
  readonly pid?: number | undefined;
}

export interface Barrier {
  readonly path: string;
  readonly isFolder: boolean;
  readonly owner: string;
  readonly group: string;
  /** Permission bits. */
  readonly mode: number;
}

/** One line, without its end; undefined if there is nothing to say that the error does not say itself. */
export function adviceFor(trouble: Trouble, facts: Facts): string | undefined {
  switch (trouble.type) {
    case 'system':
      return systemAdvice(trouble.code, facts);
    case 'status':
      return trouble.status === 401 ? loginAdvice(facts) : strangerAdvice(facts, `${trouble.status} ${trouble.reason}`);
    case 'stranger':
      return strangerAdvice(facts, undefined);
    default:
      return trouble satisfies never;
  }
}

export interface FileFacts {
  /** What -c named. */
  readonly file: string;
  readonly isThere: boolean;
  /** The names beside it that look like it most. */
  readonly similar: string | undefined;
  readonly daemon: DaemonFacts;
}

/** Behind `could not find config file x` and `.ini file does not include supervisorctl section`. */
export function fileAdvice({ file, isThere, similar, daemon }: FileFacts): string | undefined {
  if (similar !== undefined) return `Did you mean ${quoted(similar)}?`;
  if (!isThere) return '"tssupervisorctl init" writes one for what is in this folder';
  const serverurl = daemon.socket === undefined ? daemon.port && urlOf(daemon.port) : `unix://${daemon.socket}`;
  return (
    serverurl &&
    `Its daemon listens at ${serverurl}: add to ${file} the lines [supervisorctl] and serverurl=${serverurl}`
  );
}

function systemAdvice(code: string, facts: Facts): string | undefined {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return elsewhere(facts) ?? absent(facts);
    case 'ECONNREFUSED':
      return elsewhere(facts) ?? (facts.address.type === 'unix' ? leftOver(facts) : nobodyListens(facts));
    case 'EACCES':
    case 'EPERM':
      return denied(facts);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `No host of this name is known: check serverurl, which is ${facts.serverurl} (${sourceOf(facts)})`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return `The machine does not answer: check serverurl, which is ${facts.serverurl} (${sourceOf(facts)})`;
    default:
      return undefined;
  }
}

/** The file sends the command and the daemon to two places. */
function elsewhere({ file, address, isUrlGiven, serverurl, daemon }: Facts): string | undefined {
  if (file === undefined) return undefined;
  const { socket, port } = daemon;
  if (address.type === 'unix') {
    if (socket !== undefined && socket !== address.path) {
      const there = `[unix_http_server] of ${file} makes its socket at ${socket}`;
      return isUrlGiven
        ? `${there}: leave out -s`
        : `${there}: write serverurl=unix://${socket} into its [supervisorctl]`;
    }
    if (socket === undefined && port !== undefined && !isUrlGiven) {
      return `${file} has no [unix_http_server]: write serverurl=${urlOf(port)} into its [supervisorctl]`;
    }
    return undefined;
  }
  if (isUrlGiven) return undefined;
  if (port === undefined && socket !== undefined) {
    return `${file} has no [inet_http_server]: write serverurl=unix://${socket} into its [supervisorctl]`;
  }
  if (port !== undefined && Number(/\d+$/.exec(port)?.[0]) !== address.port) {
    return `[inet_http_server] of ${file} says port=${port}, and its [supervisorctl] serverurl=${serverurl}: one of them is wrong`;
  }
  return undefined;
}

function absent(facts: Facts): string {
  const { pid } = facts.daemon;
  if (pid === undefined) return notRunning(facts);
  return `supervisord runs as pid ${pid}, but somebody has deleted its socket: "kill -HUP ${pid}" restarts it with all programs`;
}

function leftOver(facts: Facts): string {
  return `Its socket was left behind by a supervisord that was killed. ${notRunning(facts)}`;
}

function notRunning({ file, isUrlGiven }: Facts): string {
  if (file === undefined || isUrlGiven) return 'No supervisord runs there: start it with "tssupervisord -c FILE"';
  return `No supervisord runs with this file: start it with "tssupervisord -c ${quoted(file)}"`;
}

function nobodyListens(facts: Facts): string {
  if (facts.file !== undefined || facts.isUrlGiven) return notRunning(facts);
  return (
    'No configuration file was found, so this is where the default looks: name yours with "tssupervisorctl -c FILE", ' +
    'or let "tssupervisorctl init" write one'
  );
}

function denied({ barrier, user, file, isUrlGiven }: Facts): string {
  const sudo = `sudo tssupervisorctl${file === undefined || isUrlGiven ? '' : ` -c ${quoted(file)}`} ...`;
  if (barrier === undefined) return `You are ${user}: try "${sudo}"`;
  const { path, isFolder, owner, group, mode } = barrier;
  const whose = `belongs to ${owner}:${group} and has mode ${mode.toString(8).padStart(4, '0')}`;
  if (isFolder) return `The folder ${path} ${whose}, and you are ${user}: try "${sudo}"`;
  return (
    `The socket ${whose}, and you are ${user}: try "${sudo}", ` +
    `or let a group in with chmod=0770 and chown=${owner}:GROUP in [unix_http_server]`
  );
}

function loginAdvice({ username, daemon, file, isUrlGiven }: Facts): string {
  const there =
    file === undefined || isUrlGiven ? '' : `, or write username= and password= into [supervisorctl] of ${file}`;
  const type = `type "tssupervisorctl -u USER -p PASSWORD ..."${there}`;
  if (username === undefined) return `No user name was given: ${type}`;
  if (daemon.username !== undefined && daemon.username !== username && !isUrlGiven) {
    return `The server's section of ${file} has username=${daemon.username}, and "${username}" was given: ${type}`;
  }
  return `User "${username}" or the password given for it is not the server's: ${type}`;
}

function strangerAdvice(facts: Facts, said: string | undefined): string {
  const answer = said === undefined ? 'What answers there' : `What answers there ("${said}")`;
  return `${answer} is no supervisord: check serverurl, which is ${facts.serverurl} (${sourceOf(facts)})`;
}

function sourceOf({ file, isUrlGiven }: Facts): string {
  return isUrlGiven ? '-s' : file === undefined ? 'the default, as no configuration file was found' : `out of ${file}`;
}

function urlOf(port: string): string {
  const [, host = '', number = ''] = /^(?:(.*):)?(\d+)$/.exec(port) ?? [];
  return `http://${host === '' || host === '*' || host === '0.0.0.0' ? '127.0.0.1' : host}:${number}`;
}

/** As it can be typed into a shell. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
