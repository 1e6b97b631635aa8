/**
 * Sockets that programs accept on and the daemon does not: it binds and listens, and hands them on. Node has no such
 * thing (its servers always accept), so this is done by the addon's calls, in the way and with the words of
 * Supervisor's socket classes (supervisor/datatypes.py).
 *
 *   unix://    what lies at the path is removed if it is a socket; bind, chown, chmod. The file stays when the socket
 *              is closed: then it refuses connections, and the next one takes its place.
 *   tcp://     SO_REUSEADDR, and IPv4 only; a name is looked up there and then.
 *
 * One thing differs: Supervisor removes whatever lies at the path, a misspelt one included.
 *
 * Sockets of `listen` are made in the same way, but also for IPv6 and with SO_REUSEPORT, and say in words of ours what
 * is wrong.
 */
import { chmodSync, chownSync, existsSync, type Stats, statSync, unlinkSync } from 'node:fs';
import { isIP, isIPv6 } from 'node:net';
import { printed } from '../config/python-text.ts';
import type { FcgiSocketConfig, HeldAddress, HeldSocketConfig } from './config/model.ts';
import { errnoText } from './os/errno.ts';
import type { Posix } from './os/posix.ts';
import { inetAddress, unixAddress } from './os/sockaddr.ts';

/** A socket cannot be made; the message is the one that Supervisor ends with, and the spawn error here. */
export class SocketError extends Error {
  constructor(url: string, why: string) {
    super(`Could not create FastCGI socket ${url}: ${why}`);
    this.name = 'SocketError';
  }
}

/** A socket of `listen` cannot be made. */
export class ListenError extends Error {
  /** Whether the port is somebody else's. */
  readonly isInUse: boolean;

  constructor(url: string, why: string, isInUse: boolean) {
    super(`Cannot listen on ${url}: ${why}`);
    this.name = 'ListenError';
    this.isInUse = isInUse;
  }
}

export type SocketCalls = Pick<Posix, 'socket' | 'setSocketOption' | 'bind' | 'listen' | 'close' | 'resolveHost'>;

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_REUSEPORT = 15;
const EADDRINUSE = 98;
/** The C library's SOMAXCONN, which Python passes on; the kernel makes less of it (net.core.somaxconn). */
const SOMAXCONN = 4096;

/** What went wrong, in Supervisor's words; the caller adds the URL. */
class Trouble extends Error {
  readonly errno: number | undefined;

  constructor(why: string, errno?: number) {
    super(why);
    this.errno = errno;
  }
}

type Wanted = Pick<FcgiSocketConfig, 'backlog' | 'mode' | 'owner'> & {
  readonly address: HeldAddress;
  readonly isSpread?: boolean;
};

/** Makes the socket and listens; answers its descriptor, which is close-on-exec. @throws SocketError */
export function openListener(posix: SocketCalls, { url, ...config }: FcgiSocketConfig): number {
  const [, host, port] = /^tcp:\/\/(.*):(\d+)$/.exec(url) ?? [];
  const path = url.slice('unix://'.length);
  try {
    return open(posix, {
      ...config,
      address: host === undefined ? { family: 'unix', path } : { family: 'inet', host, port: Number(port) },
    });
  } catch (error) {
    if (error instanceof Trouble) throw new SocketError(url, error.message);
    throw error;
  }
}

/** The same for a socket of `listen`. @throws ListenError */
export function openHeldSocket(posix: SocketCalls, { url, mode, owner, ...config }: HeldSocketConfig): number {
  try {
    return open(posix, { ...config, mode, owner });
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    throw new ListenError(url, error.message.replace(/\[Errno -?\d+\] /, ''), error.errno === EADDRINUSE);
  }
}

function open(posix: SocketCalls, { address, backlog, mode, owner, isSpread = false }: Wanted): number {
  if (address.family === 'unix') removeSocket(address.path);
  const host = address.family === 'unix' ? undefined : resolved(posix, address.host);
  const family = host === undefined ? AF_UNIX : isIPv6(host) ? AF_INET6 : AF_INET;
  const fd = checked(posix.socket(family, SOCK_STREAM));
  try {
    if (address.family === 'unix') {
      bindFile(posix, fd, address.path, mode, owner);
    } else {
      checked(posix.setSocketOption(fd, SOL_SOCKET, SO_REUSEADDR, 1));
      if (isSpread) checked(posix.setSocketOption(fd, SOL_SOCKET, SO_REUSEPORT, 1));
      checked(posix.bind(fd, inetAddress(host ?? address.host, address.port)));
    }
    checked(posix.listen(fd, backlog ?? SOMAXCONN));
    return fd;
  } catch (error) {
    posix.close(fd);
    throw error;
  }
}

function checked(result: number): number {
  if (result < 0) throw new Trouble(errnoText(-result), -result);
  return result;
}

/** Only a socket is removed, or a link to one. Where we cannot look, bind says why. */
function removeSocket(path: string): void {
  let found: Stats | undefined;
  try {
    found = statSync(path, { throwIfNoEntry: false });
  } catch {
    return;
  }
  if (found === undefined) return;
  if (!found.isSocket()) {
    const what = found.isDirectory() ? 'a directory' : found.isFile() ? 'a file' : 'something else';
    throw new Trouble(`Expected a socket or nothing at ${printed(path)}, found ${what}, which is left as it is`);
  }
  atPath(path, '', () => unlinkSync(path));
}

function bindFile(
  posix: SocketCalls,
  fd: number,
  path: string,
  mode: FcgiSocketConfig['mode'],
  owner: FcgiSocketConfig['owner'],
): void {
  // The kernel's own answer would be the same for a path of 109 bytes, but not for one of 108.
  if (Buffer.byteLength(path) > 107) throw new Trouble('AF_UNIX path too long');
  checked(posix.bind(fd, unixAddress(path)));
  try {
    if (owner !== undefined) {
      atPath(path, 'Could not change ownership of socket file: ', () => chownSync(path, ...owner));
    }
    if (mode !== undefined) {
      atPath(path, 'Could not change permissions of socket file: ', () => chmodSync(path, mode));
    }
  } catch (error) {
    if (existsSync(path)) unlinkSync(path);
    throw error;
  }
}

/** Fails as Python's call on this path does. */
function atPath(path: string, what: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    const errno = error instanceof Error && 'errno' in error ? -Number(error.errno) : Number.NaN;
    if (Number.isNaN(errno)) throw error;
    throw new Trouble(`${what}${errnoText(errno)}: ${printed(path)}`);
  }
}

/** gai_strerror(3). */
const lookupTexts: Readonly<Record<number, string>> = {
  [-2]: 'Name or service not known',
  [-3]: 'Temporary failure in name resolution',
  [-4]: 'Non-recoverable failure in name resolution',
  [-5]: 'No address associated with hostname',
};

function resolved(posix: SocketCalls, host: string): string {
  if (isIP(host) !== 0) return host;
  const address = new Uint8Array(4);
  const result = posix.resolveHost(host, address);
  if (result !== 0) throw new Trouble(`[Errno ${result}] ${lookupTexts[result] ?? 'Name resolution failed'}`);
  return address.join('.');
}
