/** Where a proxy on this machine reaches a process: its held socket, its FastCGI socket, or its port. */
import type { ProcessConfig } from '../config/model.ts';
import type { SocketAddress } from '../os/sockaddr.ts';
import { reachable } from '../probes/target.ts';

/** Undefined for a process that has nothing of these. Of several sockets it is the first, of several ports `port`. */
export function serverAddress({ listen, socket, ports, bind }: ProcessConfig): SocketAddress | undefined {
  const [held] = listen?.sockets ?? [];
  if (held !== undefined) return reachable(held.address);
  if (socket !== undefined) return reachable(addressOfUrl(socket.url));
  const port = ports.find(({ key }) => key === 'port')?.port;
  if (port === undefined) return undefined;
  return reachable({ family: 'inet', host: bind.replace(/^\[(.*)\]$/, '$1'), port });
}

function addressOfUrl(url: string): SocketAddress {
  const prefix = 'unix://';
  if (url.startsWith(prefix)) return { family: 'unix', path: url.slice(prefix.length) };
  const [, host = '', port] = /^tcp:\/\/(.*):(\d+)$/.exec(url) ?? [];
  return { family: 'inet', host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}
