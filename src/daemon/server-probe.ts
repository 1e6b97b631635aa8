/**
 * Whether the servers of a configuration could be opened, asked before the daemon goes down for a restart: one that
 * cannot come back does not go. Addresses that the daemon has open itself are free once it has gone down. What happens
 * to an address in between is another matter (see HttpServers.openPossible).
 */
import { accessSync, closeSync, constants, existsSync, openSync } from 'node:fs';
import { isIP } from 'node:net';
import { dirname } from 'node:path';
import type { RpcServerOptions } from '../rpc/server.ts';
import { codeOf, ListenError } from '../rpc/unix-socket.ts';
import type { HttpServerConfig, LoadedConfig, LoadResult, Problem } from './config/model.ts';
import { errnoName } from './os/errno.ts';
import type { Posix } from './os/posix.ts';
import { inetAddress, unixAddress } from './os/sockaddr.ts';
import { addressOf, listenFailure } from './servers.ts';

type Address = RpcServerOptions['address'];
type Sockets = Pick<Posix, 'socket' | 'bind' | 'connect' | 'close' | 'setSocketOption'>;

const AF_UNIX = 1;
const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 2048;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;

/**
 * Whether a daemon that runs by `config` could come back as the files say: they can be read, their log and their
 * servers opened.
 */
export function checkRestart(daemon: {
  readonly posix: Sockets;
  readonly config: LoadedConfig;
  load(): LoadResult;
}): LoadResult {
  const result = daemon.load();
  if (!result.ok) return result;
  const problems = [
    ...unusableLog(result.config, daemon.config.supervisord.logfile),
    ...unusableAddresses(daemon.posix, result.config, daemon.config.httpServers),
  ];
  return problems.length === 0 ? result : { ok: false, problems, suggestions: result.suggestions };
}

/** A new log of the daemon that is a file; devices have ways of their own to be opened. */
function unusableLog({ file, supervisord: { logfile } }: LoadedConfig, current: string): Problem[] {
  if (logfile === current || logfile === 'syslog' || /^\/(dev|proc)\//.test(logfile)) return [];
  try {
    closeSync(openSync(logfile, 'a'));
    return [];
  } catch (error) {
    const message = `Cannot open the log file "${logfile}": ${codeOf(error)}`;
    return [{ file, line: undefined, section: 'supervisord', key: 'logfile', message }];
  }
}

/** What is wrong with the addresses of `next` that `current` has not; in the words of a start that cannot listen. */
function unusableAddresses(posix: Sockets, next: LoadedConfig, current: readonly HttpServerConfig[]): Problem[] {
  const own = current.map((server) => addressOf(server).address);
  return next.httpServers.flatMap((server) => {
    const { address } = addressOf(server);
    const code = own.some((one) => isSame(one, address)) ? undefined : refusal(posix, address);
    if (code === undefined) return [];
    const where = 'file' in address ? address.file : `${address.host}:${address.port}`;
    const message = listenFailure(new ListenError(where, Object.assign(new Error(code), { code })));
    const key = server.family === 'unix' ? 'file' : 'port';
    return [{ file: next.file, line: undefined, section: server.section, key, message, got: where }];
  });
}

/** A port counts as ours on every address: which of them clash is the kernel's to say, once ours is closed. */
function isSame(one: Address, other: Address): boolean {
  if ('file' in one) return 'file' in other && one.file === other.file;
  return !('file' in other) && one.port === other.port;
}

function refusal(posix: Sockets, address: Address): string | undefined {
  if ('file' in address) return unixRefusal(posix, address.file);
  const host = address.host === '' || address.host === '*' ? '0.0.0.0' : address.host;
  // A name is looked up when it is bound; waiting for that here would hold up everything.
  if (isIP(host) !== 4) return undefined;
  return withSocket(posix, AF_INET, (fd) => {
    posix.setSocketOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    return posix.bind(fd, inetAddress(host, address.port));
  });
}

function unixRefusal(posix: Sockets, file: string): string | undefined {
  try {
    accessSync(dirname(file), constants.W_OK | constants.X_OK);
  } catch (error) {
    return codeOf(error);
  }
  if (!existsSync(file)) return undefined;
  // A socket that nobody answers on was left behind and will be replaced.
  return withSocket(posix, AF_UNIX, (fd) => {
    const result = posix.connect(fd, unixAddress(file));
    return ['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'].includes(errnoName(-result)) ? 0 : -EADDRINUSE;
  });
}

const EADDRINUSE = 98;

function withSocket(posix: Sockets, domain: number, use: (fd: number) => number): string | undefined {
  const fd = posix.socket(domain, SOCK_STREAM | SOCK_NONBLOCK);
  if (fd < 0) return undefined;
  try {
    const result = use(fd);
    return result < 0 ? errnoName(-result) : undefined;
  } finally {
    posix.close(fd);
  }
}
