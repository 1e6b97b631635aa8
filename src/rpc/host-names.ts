/**
 * Which names in a `Host` header are ours: against DNS rebinding. A page of evil.example, once loaded, can have that
 * name point to 127.0.0.1; its scripts then talk to a daemon there as to their own site, and no `Origin` gives them
 * away. The name in `Host` does: it is still the stranger's.
 *
 * Only names can be made to point elsewhere, so every address passes; and so does a request without a name, which no
 * browser sends. The port says nothing (it may be forwarded) and is not looked at.
 */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

export class HostNames {
  readonly #names: ReadonlySet<string>;
  readonly #fixed: (name: string) => boolean;

  /** `names`: ours beside `localhost`. `isFixed`: whether another name is one that no stranger can move. */
  constructor(names: readonly string[], isFixed: (name: string) => boolean = () => false) {
    this.#names = new Set(names.filter((name) => name !== '').map(plain));
    this.#fixed = isFixed;
  }

  /** Whether `host`, a `Host` header, is an address, one of our names, or not there. */
  has(host: string | undefined): boolean {
    const name = plain(nameIn(host ?? ''));
    if (name === '' || isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost')) return true;
    return this.#names.has(name) || this.#fixed(name);
  }
}

/** The names of this machine, and `configured`: the host that a server's section names. */
export function machineNames(configured: string): HostNames {
  const own = hostname();
  return new HostNames([configured, own, own.replace(/\..*$/s, '')], (name) => isInHostsFile(name));
}

/** Whether /etc/hosts gives `name` an address of this machine: such a name asks no DNS. */
function isInHostsFile(name: string): boolean {
  let text: string;
  try {
    text = readFileSync('/etc/hosts', 'utf8');
  } catch {
    return false;
  }
  return addressesIn(text, name).some(isOwnAddress);
}

/** The addresses that a hosts file (hosts(5)) gives to `name`. */
export function addressesIn(hosts: string, name: string): readonly string[] {
  return hosts.split('\n').flatMap((line) => {
    const [address = '', ...names] = line
      .replace(/#.*$/s, '')
      .trim()
      .split(/[ \t]+/);
    return names.some((one) => plain(one) === name) ? [address] : [];
  });
}

function isOwnAddress(address: string): boolean {
  if (address.startsWith('127.') || address === '::1') return true;
  return Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === address));
}

/** The name or address of `name:port` or `[address]:port`. */
function nameIn(host: string): string {
  return /^\[([^\]]*)\](?::\d*)?$/.exec(host)?.[1] ?? host.replace(/:\d*$/, '');
}

function plain(name: string): string {
  return name.trim().toLowerCase().replace(/\.$/, '');
}
