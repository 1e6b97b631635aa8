/**
 * Socket addresses as the kernel's bytes (struct sockaddr_un, _in and _in6; the family in host order, little-endian
 * on both processors we build for; the port in network order), for the addon's bind, getSocketName and sendTo.
 */
import { isIP } from 'node:net';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
/** sun_path is 108 bytes; a path in it ends with a NUL. */
const maxPathBytes = 107;

export type SocketAddress =
  | { readonly family: 'unix'; readonly path: string }
  | { readonly family: 'inet'; readonly host: string; readonly port: number };

/** @throws RangeError for a path over 107 bytes, which the kernel would not take either, or one that is empty. */
export function unixAddress(path: string): Uint8Array {
  const bytes = Buffer.from(path);
  if (bytes.length === 0 || bytes.length > maxPathBytes || bytes.includes(0)) {
    throw new RangeError(`Cannot use "${path}" as a socket: expected 1 to ${maxPathBytes} bytes, got ${bytes.length}`);
  }
  return Buffer.concat([Uint8Array.of(AF_UNIX, 0), bytes, Uint8Array.of(0)]);
}

/** @throws RangeError for anything but an IPv4 or IPv6 address (no names, no zones) and a port from 0 to 65535. */
export function inetAddress(host: string, port: number): Uint8Array {
  const version = isIP(host);
  if (version === 0 || host.includes('%')) {
    throw new RangeError(`Cannot use "${host}" as a socket's host: expected an IPv4 or IPv6 address`);
  }
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`Cannot use ${port} as a port: expected 0 to 65535`);
  }
  const address = Buffer.alloc(version === 4 ? 16 : 28);
  address.writeUInt16LE(version === 4 ? AF_INET : AF_INET6, 0);
  address.writeUInt16BE(port, 2);
  if (version === 4) address.set(host.split('.').map(Number), 4);
  else for (const [index, word] of wordsOf(host).entries()) address.writeUInt16BE(word, 8 + index * 2);
  return address;
}

/** What getSocketName filled in; undefined for a family that is none of ours. */
export function readAddress(bytes: Uint8Array): SocketAddress | undefined {
  const address = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (address.readUInt16LE(0)) {
    case AF_UNIX: {
      const end = address.indexOf(0, 2);
      return { family: 'unix', path: address.toString('utf8', 2, end === -1 ? undefined : end) };
    }
    case AF_INET:
      return { family: 'inet', host: address.subarray(4, 8).join('.'), port: address.readUInt16BE(2) };
    case AF_INET6: {
      const words = Array.from({ length: 8 }, (_, index) => address.readUInt16BE(8 + index * 2).toString(16));
      const { hostname } = new URL(`http://[${words.join(':')}]`); // the shortest form (RFC 5952)
      return { family: 'inet', host: hostname.slice(1, -1), port: address.readUInt16BE(2) };
    }
    default:
      return undefined;
  }
}

/** The eight words of an IPv6 address that isIP accepted: one `::` at most, a dotted end perhaps. */
function wordsOf(host: string): number[] {
  const whole = host.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [a * 256 + Number(b), c * 256 + Number(d)].map((word) => word.toString(16)).join(':'),
  );
  const [left = [], right] = whole.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const gap = right === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...gap, ...(right ?? [])].map((word) => Number.parseInt(word, 16));
}
