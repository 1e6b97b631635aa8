/**
 * What haproxy's runtime socket answers, read (its Management Guide, 9.3). An answer has no status: a command that
 * changes something says nothing, or one of a few sentences; anything else is a refusal.
 */

/** A server as haproxy has it. */
export interface HaproxyServer {
  readonly name: string;
  /** Undefined for one at a unix socket. */
  readonly host: string | undefined;
  readonly port: number;
  /** What was asked of it over the socket, or by the health of another. */
  readonly isInMaintenance: boolean;
  readonly isDraining: boolean;
}

const FORCED_MAINTENANCE = 0x01;
const FORCED_DRAIN = 0x08;

/** The pid in the answer to `show info`; undefined where that is none. */
export function pidIn(info: string): number | undefined {
  const digits = /^Pid: (\d+)$/m.exec(info)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The answer to `show servers state BACKEND`: the version of the format, a head of column names, a line for each. */
export function serversIn(answer: string): readonly HaproxyServer[] | undefined {
  const [version, head = '', ...lines] = answer.split('\n');
  if (version?.trim() !== '1' || !head.startsWith('# ')) return undefined;
  const columns = head.slice(2).split(' ');
  const at = (name: string) => columns.indexOf(name);
  const [name, address, admin, port] = [at('srv_name'), at('srv_addr'), at('srv_admin_state'), at('srv_port')];
  if ([name, address, admin, port].some((index) => index < 0)) return undefined;
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const words = line.split(' ');
      const flags = Number(words[admin]);
      const host = words[address];
      return {
        name: words[name] ?? '',
        host: host === '-' ? undefined : host,
        port: Number(words[port]),
        isInMaintenance: (flags & FORCED_MAINTENANCE) !== 0,
        isDraining: (flags & FORCED_DRAIN) !== 0,
      };
    });
}

/** Of a server in the answer to `show stat BACKEND 4 -1`: requests under way or waiting, connections kept for later. */
export function loadIn(answer: string, server: string): { readonly busy: number; readonly idle: number } | undefined {
  const [head = '', ...lines] = answer.split('\n');
  if (!head.startsWith('# ')) return undefined;
  const columns = head.slice(2).split(',');
  const words = lines.map((line) => line.split(',')).find((cells) => cells[columns.indexOf('svname')] === server);
  if (words === undefined) return undefined;
  const number = (column: string) => Number(words[columns.indexOf(column)]) || 0;
  return { busy: number('scur') + number('qcur'), idle: number('srv_icur') };
}

/** What is wrong with the answer to a command that changes something; undefined if it was done. */
export function refusalIn(answer: string): string | undefined {
  const said = answer.trim();
  if (said === '' || /^(New server registered|Server deleted)\.$/.test(said)) return undefined;
  if (/ by 'stats socket command'$/.test(said) && /^(IP changed|port changed|no need to change)/.test(said)) {
    return undefined;
  }
  return said.split('\n', 1)[0]?.trim();
}
