/**
 * Where a probe connects to: `host:port` with IPv6 in brackets, or `unix:/path`. A server that listens on every
 * address is asked on this machine's own: a wildcard means loopback.
 */
import { isIPv6 } from 'node:net';
import type { SocketAddress } from '../os/sockaddr.ts';

/** sun_path's 108 bytes less its NUL; Node would silently connect to a cut-off path. */
const maxSocketPathBytes = 107;

export type TargetReading = { readonly target: SocketAddress } | { readonly why: string };

/** Reads `host:port`; `why` begins with "Expected". */
export function readInetTarget(text: string): TargetReading {
  const [, bracketed, plain = '', digits = ''] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,6})$/.exec(text) ?? [];
  if (digits === '') {
    if (/^\d+$/.test(text)) return { why: `Expected HOST:PORT, got "${text}"; write "127.0.0.1:${text}"` };
    const hint = text.split(':').length > 2 && !text.startsWith('[') ? '; an IPv6 address stands in brackets' : '';
    return { why: `Expected HOST:PORT, for example "127.0.0.1:8000" or "[::1]:8000", got "${text}"${hint}` };
  }
  const port = Number(digits);
  if (port < 1 || port > 65_535) return { why: `Expected a port from 1 to 65535, got "${digits}"` };
  if (bracketed !== undefined && !isIPv6(bracketed)) {
    return { why: `Expected an IPv6 address in the brackets, for example "[::1]:8000", got "${bracketed}"` };
  }
  const host = bracketed ?? plain;
  if (!/^[\w.:%*-]*$/.test(host)) return { why: `Expected a host name or an IP address, got "${host}"` };
  return { target: reachable({ family: 'inet', host, port }) };
}

/** Reads the `/path` of `unix:/path`; Supervisor's way to write it, `unix:///path`, is the same. */
export function readUnixTarget(text: string): TargetReading {
  const path = text.startsWith('///') ? text.slice(2) : text;
  if (!path.startsWith('/') || path.length === 1) {
    return { why: `Expected the socket's absolute path, for example "unix:/run/app.sock", got "unix:${text}"` };
  }
  const bytes = Buffer.byteLength(path);
  if (bytes > maxSocketPathBytes || path.includes('\0')) {
    return { why: `Expected a socket's path of at most ${maxSocketPathBytes} bytes, got ${bytes} in "${path}"` };
  }
  return { target: { family: 'unix', path } };
}

/** The address at which a server that was bound to `address` is reached from here. */
export function reachable(address: SocketAddress): SocketAddress {
  if (address.family === 'unix') return address;
  const { host } = address;
  if (host === '' || host === '*' || host === '0.0.0.0') return { ...address, host: '127.0.0.1' };
  if (isIPv6(host) && /^[0:]+$/.test(host)) return { ...address, host: '::1' };
  return address;
}

/** As it is written in a configuration. */
export function targetText(target: SocketAddress): string {
  if (target.family === 'unix') return `unix:${target.path}`;
  return `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
}
