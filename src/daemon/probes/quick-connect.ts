/**
 * A tcp probe in four calls of the system. On this machine's own addresses a connection is there, or refused, by the
 * time connect(2) returns to a socket that does not block: the other end is the same kernel. So neither a socket object
 * nor a timer of Node's is needed, which cost more than all else.
 */
import { errnoName } from '../os/errno.ts';
import type { Posix } from '../os/posix.ts';
import { inetAddress, type SocketAddress, unixAddress } from '../os/sockaddr.ts';
import { failure } from './socket-probe.ts';
import type { Verdict } from './verdict.ts';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 2048;
const EINPROGRESS = 115;
const EALREADY = 114;

/** The verdict of connecting; undefined where it takes time, or a name is to be looked up: then it is nobody's loss. */
export function connectAtOnce(
  posix: Pick<Posix, 'socket' | 'connect' | 'close'>,
  target: SocketAddress,
): Verdict | undefined {
  const address = addressOf(target);
  if (address === undefined) return undefined;
  const fd = posix.socket(address.domain, SOCK_STREAM | SOCK_NONBLOCK);
  if (fd < 0) return undefined;
  let result = posix.connect(fd, address.bytes);
  if (result === -EINPROGRESS) result = posix.connect(fd, address.bytes);
  posix.close(fd);
  if (result === -EALREADY || result === -EINPROGRESS) return undefined;
  if (result < 0) return { ok: false, why: failure(errnoName(-result), target, false) };
  return { ok: true };
}

function addressOf(target: SocketAddress): { readonly domain: number; readonly bytes: Uint8Array } | undefined {
  try {
    if (target.family === 'unix') return { domain: AF_UNIX, bytes: unixAddress(target.path) };
    const isSix = target.host.includes(':');
    return { domain: isSix ? AF_INET6 : AF_INET, bytes: inetAddress(target.host, target.port) };
  } catch {
    return undefined; // a name
  }
}
