/**
 * What a proxy is told: servers, each with an address and whether it gets requests. A process is a server; processes
 * that share an address (one held socket for all of them) are one server together.
 */
import { namespec } from '../../rpc/names.ts';
import type { GroupConfig, UpstreamConfig } from '../config/model.ts';
import { isServerOf } from '../config/upstreams.ts';
import { type ProcessId, processId } from '../core/supervisor-messages.ts';
import type { SocketAddress } from '../os/sockaddr.ts';
import { targetText } from '../probes/target.ts';
import { serverAddress } from './server-address.ts';

export interface Server {
  /** The namespec of its process, of several that of the first: `web:web_00`. */
  readonly name: string;
  readonly address: SocketAddress;
  readonly ids: readonly ProcessId[];
}

/** `draining`: no new requests, those under way go on. */
export type ServerState = 'in' | 'draining' | 'out';

export interface WishedServer extends Server {
  readonly state: ServerState;
}

/** The servers of an upstream in the order of its programs, and in that of the processes' names. */
export function serversOf(upstream: UpstreamConfig, groups: readonly GroupConfig[]): Server[] {
  const servers = new Map<string, Server>();
  for (const program of upstream.programs) {
    for (const process of groups.flatMap(({ processes }) => processes)) {
      const address = isServerOf(process, { ...upstream, programs: [program] }) ? serverAddress(process) : undefined;
      if (address === undefined) continue;
      const key = targetText(address);
      const id = processId(process.group, process.name);
      const known = servers.get(key);
      const name = known?.name ?? namespec(process.group, process.name);
      servers.set(key, { name, address, ids: [...(known?.ids ?? []), id] });
    }
  }
  return [...servers.values()];
}
