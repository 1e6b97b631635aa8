/** Where a daemon listens, as `serverurl` says it. */
export type ServerAddress =
  | { readonly type: 'unix'; readonly path: string }
  | { readonly type: 'inet'; readonly host: string; readonly port: number };

/** A `serverurl` that names no server; the message is Python's, since users see it. */
export class BadServerUrl extends Error {
  override readonly name = 'BadServerUrl';
}

const DEFAULT_PORT = 80;

/** Reads `unix:///path` and `http://host[:port]`, as Supervisor's transport does: credentials and paths in it are ignored. */
export function readServerUrl(url: string): ServerAddress {
  if (url.startsWith('unix://')) return { type: 'unix', path: url.slice('unix://'.length) };
  if (!url.startsWith('http://')) throw new BadServerUrl(`Unknown protocol for serverurl ${url}`);
  const authority = url.slice('http://'.length).split(/[/?#]/, 1)[0] ?? '';
  const hostAndPort = authority.slice(authority.lastIndexOf('@') + 1);
  const [, bracketed, plain = '', port = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(hostAndPort) ?? [];
  return { type: 'inet', host: (bracketed ?? plain).toLowerCase() || 'localhost', port: readPort(port) };
}

function readPort(text: string): number {
  if (text === '') return DEFAULT_PORT;
  if (!/^\d+$/.test(text)) throw new BadServerUrl(`Port could not be cast to integer value as '${text}'`);
  const port = Number(text);
  if (port > 65_535) throw new BadServerUrl('Port out of range 0-65535');
  return port;
}
