/** The daemons of a dashboard. */
import { readServer } from '../config/servers.ts';
import type { ServerLogin } from '../rpc/client.ts';

export interface NamedDaemon {
  /** As the host column shows it. */
  readonly name: string;
  readonly login: ServerLogin;
}

/** `URL` or `NAME=URL` each, with the user and password of `login` unless it has its own; none: the one of `login`. Throws a Refusal. */
export function daemonsOf(login: ServerLogin, servers: readonly string[]): readonly NamedDaemon[] {
  if (servers.length === 0) return [{ name: 'local', login }];
  return servers.map(readServer).map(({ name, serverurl, username, password }) => ({
    name,
    login: username === undefined ? { ...login, serverurl } : { serverurl, username, password },
  }));
}
