/**
 * Before a program with a port of its own is started: is the port free? One bind(2), as the program will do it; only
 * when that fails is it looked up who is there, so that the spawn error can say so. Nobody is killed for it.
 */
import { isIP } from 'node:net';
import type { ProcessConfig } from './config/model.ts';
import type { PortHolder } from './os/port-holders.ts';
import type { Posix } from './os/posix.ts';
import { inetAddress } from './os/sockaddr.ts';

export type BindCalls = Pick<Posix, 'socket' | 'setSocketOption' | 'bind' | 'close'>;

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const EADDRINUSE = 98;

/** Why the program cannot have its ports; undefined if it can, or if bind(2) has other reasons: the program says those. */
export function portTrouble(
  posix: BindCalls,
  { bind, ports }: Pick<ProcessConfig, 'bind' | 'ports'>,
  holdersOf: (port: number) => readonly PortHolder[] | undefined,
): string | undefined {
  for (const { port, isHeld } of ports) {
    // Where the daemon itself listens for the program, it has the port already.
    if (isHeld !== true && !isFree(posix, bind, port)) return holderText(port, holdersOf(port));
  }
  return undefined;
}

/** `port 2002 is held by pid 812 "gunicorn: master [app:app]"` */
export function holderText(port: number, holders: readonly PortHolder[] | undefined): string {
  const [holder, ...others] = holders ?? [];
  if (holder === undefined) return `port ${port} is in use, by a process that cannot be seen from here`;
  const also = others.length === 0 ? '' : ` and ${others.length} more`;
  const whose = holder.startedAs === undefined ? '' : `, started by this daemon as ${holder.startedAs}`;
  return `port ${port} is held by pid ${holder.pid} "${shortened(holder.command)}"${also}${whose}`;
}

function isFree(posix: BindCalls, bind: string, port: number): boolean {
  const plain = bind.replace(/^\[(.*)\]$/, '$1');
  const host = plain === '' || plain === '*' ? '0.0.0.0' : plain === 'localhost' ? '127.0.0.1' : plain;
  const version = isIP(host);
  if (version === 0) return true; // a name: the program looks it up as it likes
  const fd = posix.socket(version === 4 ? AF_INET : AF_INET6, SOCK_STREAM);
  if (fd < 0) return true;
  try {
    posix.setSocketOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    return posix.bind(fd, inetAddress(host, port)) !== -EADDRINUSE;
  } finally {
    posix.close(fd);
  }
}

function shortened(command: string): string {
  return command.length <= 80 ? command : `${command.slice(0, 79)}…`;
}
