/**
 * Where the load of a drill may go: to this machine only. A drill of somebody else's server is an attack on it, and
 * one slip in a URL is all it takes. The name is looked up once, and what was judged is what is connected to.
 */
import { isIP } from 'node:net';

/** The address to connect to, or why there is none. */
export type Front = { readonly ok: true; readonly address: string } | { readonly ok: false; readonly why: string };

/**
 * @param hostname as `URL.hostname` has it: an IPv6 address in brackets.
 * @param lookUp all addresses of a name; throws if there are none.
 * @param own the addresses of this machine's interfaces.
 */
export async function frontAt(
  hostname: string,
  lookUp: (name: string) => Promise<readonly string[]>,
  own: readonly string[],
): Promise<Front> {
  const name = hostname.replace(/^\[(.*)\]$/, '$1');
  let addresses: readonly string[];
  try {
    addresses = isIP(name) === 0 ? await lookUp(name) : [name];
  } catch (error) {
    return { ok: false, why: `Cannot look up ${name}: ${error instanceof Error ? error.message : String(error)}` };
  }
  const foreign = addresses.find((address) => !isOwn(address) && !own.includes(address));
  const [address] = addresses;
  if (foreign === undefined && address !== undefined) return { ok: true, address };
  const where = foreign === name || foreign === undefined ? name : `${name} (${foreign})`;
  return { ok: false, why: `A drill sends its load to this machine only, and ${where} is another` };
}

/** Loopback, and what Linux takes for "any of mine". */
function isOwn(address: string): boolean {
  return address.startsWith('127.') || ['::1', '0.0.0.0', '::'].includes(address);
}
