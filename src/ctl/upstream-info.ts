import type { XmlRpcStruct, XmlRpcValue } from '../rpc/xml.ts';

/** A server of an upstream, as the daemon keeps it for a proxy. */
interface UpstreamServer {
  readonly name: string;
  readonly address: string;
  readonly state: string;
  readonly since: number;
  readonly why: string;
}

/** One `[upstream:x]`. */
export interface UpstreamInfo {
  readonly name: string;
  readonly driver: string;
  readonly target: string;
  readonly error: string;
  readonly servers: readonly UpstreamServer[];
}

/** What is missing in an answer is empty: a newer or older daemon may say more, or less. */
export function readUpstream(value: XmlRpcValue): UpstreamInfo {
  const { name, driver, target, error, servers } = value as XmlRpcStruct;
  return {
    name: text(name),
    driver: text(driver),
    target: text(target),
    error: text(error),
    servers: (Array.isArray(servers) ? servers : []).map((one) => {
      const server = one as XmlRpcStruct;
      return {
        name: text(server['name']),
        address: text(server['address']),
        state: text(server['state']),
        since: Number(server['since'] ?? 0),
        why: text(server['why']),
      };
    }),
  };
}

function text(value: XmlRpcValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
