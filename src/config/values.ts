/**
 * The types that a setting's text can have (Supervisor's datatypes.py). Each knows its name in the manual, what it
 * accepts in words, and how to read a text; `parse` throws `Refusal`, whose message is exactly Supervisor's.
 */
import { expandUser, type Homes, parentOf } from './paths.ts';
import { compareText, printed, pythonInteger, strip } from './python-text.ts';
import { numberOfSignal, signalNumbers } from './signals.ts';

/** A text that cannot be read, in Supervisor's words. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** What reading a value may ask the system. */
export interface ValueHost extends Homes {
  isDirectory(path: string): boolean;
  /** The account of a name or of a number; undefined if there is none. */
  accountOf(user: string | number): { readonly uid: number; readonly gid: number } | undefined;
  /** The number of a group's name, or the number itself if there is such a group. */
  groupOf(group: string | number): number | undefined;
}

export interface ValueType<T> {
  /** The word for it in the manual. */
  readonly name: string;
  /** What it accepts, for a problem's "expected". */
  readonly expected: string;
  parse(text: string, host: ValueHost): T;
}

function int(text: string, base: 8 | 10 = 10): number {
  const value = pythonInteger(text, base);
  if (value !== undefined) return value;
  // Python shows no more than this of it.
  const shown = Array.from(printed(text)).slice(0, 200).join('');
  throw new Refusal(`invalid literal for int() with base ${base}: ${shown}`);
}

export const text: ValueType<string> = { name: 'text', expected: 'a text', parse: (value) => value };

export const integer: ValueType<number> = {
  name: 'integer',
  expected: 'a whole number',
  parse: (value) => int(value),
};

const truthy = ['yes', 'true', 'on', '1'];
const falsy = ['no', 'false', 'off', '0'];

export const boolean: ValueType<boolean> = {
  name: 'boolean',
  expected: 'true or false',
  parse(value) {
    const word = value.toLowerCase();
    if (truthy.includes(word)) return true;
    if (falsy.includes(word)) return false;
    throw new Refusal(`not a valid boolean value: ${printed(value)}`);
  },
};

const units: Readonly<Record<string, number>> = { kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** In bytes. */
export const size: ValueType<number> = {
  name: 'size',
  expected: 'a whole number of bytes, or one with KB, MB or GB',
  parse(value) {
    const lower = value.toLowerCase();
    const unit = units[lower.slice(-2)];
    return unit === undefined ? int(lower) : int(lower.slice(0, -2)) * unit;
  },
};

export const octal: ValueType<number> = {
  name: 'octal',
  expected: 'an octal number such as 022',
  parse(value) {
    const number = pythonInteger(value, 8);
    if (number === undefined) throw new Refusal(`${value} can not be converted to an octal type`);
    return number;
  },
};

export const logLevels = ['critical', 'error', 'warn', 'info', 'debug', 'trace', 'blather'] as const;
export type LogLevelName = (typeof logLevels)[number];

export const logLevel: ValueType<LogLevelName> = {
  name: 'loglevel',
  expected: `one of ${logLevels.join(', ')}`,
  parse(value) {
    const level = logLevels.find((name) => name === value.toLowerCase());
    if (level === undefined) throw new Refusal(`bad logging level name ${printed(value)}`);
    return level;
  },
};

/** The number of a signal. */
export const signal: ValueType<number> = {
  name: 'signal',
  expected: 'the name or the number of a signal',
  parse(value) {
    const number = pythonInteger(value) ?? numberOfSignal(strip(value));
    if (number === undefined) throw new Refusal(`value ${printed(value)} is not a valid signal name`);
    if (!signalNumbers.has(number)) throw new Refusal(`value ${printed(value)} is not a valid signal number`);
    return number;
  },
};

export const exitCodes: ValueType<readonly number[]> = {
  name: 'exit codes',
  expected: 'numbers from 0 to 255 with commas between them',
  parse(value) {
    const codes = value === '' ? [] : value.split(',').map((item) => pythonInteger(item));
    if (codes.some((code) => code === undefined || code < 0 || code > 255)) {
      throw new Refusal(`not a valid list of exit codes: ${printed(value)}`);
    }
    return codes.filter((code) => code !== undefined);
  },
};

export const autoRestart: ValueType<boolean | 'unexpected'> = {
  name: 'autorestart',
  expected: 'true, false or unexpected',
  parse(value) {
    const word = value.toLowerCase();
    if (truthy.includes(word)) return true;
    if (falsy.includes(word)) return false;
    if (word === 'unexpected') return 'unexpected';
    throw new Refusal(`invalid 'autorestart' value ${printed(word)}`);
  },
};

/** A trailing comma leaves an empty last item, as in Supervisor. */
export const list: ValueType<readonly string[]> = {
  name: 'list',
  expected: 'names with commas between them',
  parse: (value) => (value === '' ? [] : value.split(',').map(strip)),
};

/** Event types in capitals, each once, in the order of their names. */
export const eventList: ValueType<readonly string[]> = {
  name: 'event types',
  expected: 'event types with commas between them',
  parse: (value, host) => [...new Set(list.parse(value, host).map((name) => name.toUpperCase()))].sort(compareText),
};

export const existingDirectory: ValueType<string> = {
  name: 'directory',
  expected: 'a directory that exists',
  parse(value, host) {
    const path = expandUser(value, host);
    if (!host.isDirectory(path)) throw new Refusal(`${value} is not an existing directory`);
    return path;
  },
};

export const existingPath: ValueType<string> = {
  name: 'path',
  expected: 'a path in a directory that exists',
  parse(value, host) {
    const path = expandUser(value, host);
    const parent = parentOf(path);
    if (parent !== '' && !host.isDirectory(parent)) {
      throw new Refusal(`The directory named as part of the path ${value} does not exist`);
    }
    return path;
  },
};

/** A log file of a program. `syslog` is an old way to write `stdout_syslog=true`. */
export type LogFileValue =
  | { readonly type: 'none' }
  | { readonly type: 'auto' }
  | { readonly type: 'syslog' }
  | { readonly type: 'file'; readonly path: string };

export const logFile: ValueType<LogFileValue> = {
  name: 'log file',
  expected: 'NONE, AUTO or a path in a directory that exists',
  parse(value, host) {
    switch (value.toLowerCase()) {
      case 'none':
      case 'off':
        return { type: 'none' };
      case 'auto':
        return { type: 'auto' };
      case 'syslog':
        return { type: 'syslog' };
      default:
        return { type: 'file', path: existingPath.parse(value, host) };
    }
  },
};

export interface UserValue {
  /** As written. */
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export const user: ValueType<UserValue> = {
  name: 'user',
  expected: 'the name or the number of an account of this system',
  parse(value, host) {
    const number = pythonInteger(value);
    const account = host.accountOf(number ?? value);
    if (account !== undefined) return { name: value, uid: number ?? account.uid, gid: account.gid };
    throw new Refusal(number === undefined ? `Invalid user name ${value}` : `Invalid user id ${value}`);
  },
};

/** `user` or `user:group` as [uid, gid], with -1 for a group that is not named. */
export const owner: ValueType<readonly [uid: number, gid: number]> = {
  name: 'user:group',
  expected: 'a user of this system, or user:group',
  parse(value, host) {
    const colon = value.indexOf(':');
    const userName = colon < 0 ? value : value.slice(0, colon);
    const groupName = colon < 0 ? undefined : value.slice(colon + 1);
    const userNumber = pythonInteger(userName);
    const account = host.accountOf(userNumber ?? userName);
    const gid = groupName === undefined ? -1 : host.groupOf(pythonInteger(groupName) ?? groupName);
    if (account === undefined || gid === undefined) throw new Refusal(`Invalid user:group definition ${value}`);
    return [userNumber ?? account.uid, gid];
  },
};

/** A program's, group's or process's name: goes into event headers and addresses, so without blank, `:` and `/`. */
export const processName: ValueType<string> = {
  name: 'name',
  expected: 'a name without a blank, ":" or "/"',
  parse(value) {
    const name = strip(value);
    for (const character of [' ', ':', '/']) {
      if (name.includes(character)) {
        throw new Refusal(`Invalid name: ${printed(value)} because of character: ${printed(character)}`);
      }
    }
    return name;
  },
};

export function portNumber(text: string): number {
  const port = int(text);
  if (port < 1) throw new Refusal(`${port} is below lower bound (1)`);
  if (port > 65535) throw new Refusal(`${port} is above upper bound (65535)`);
  return port;
}

export interface InetAddress {
  /** Empty means every IPv4 interface. */
  readonly host: string;
  readonly port: number;
}

export const inetAddress: ValueType<InetAddress> = {
  name: 'address',
  expected: 'port, *:port or host:port',
  parse(value) {
    const colon = value.lastIndexOf(':');
    if (colon < 0) {
      try {
        return { host: '', port: portNumber(value) };
      } catch {
        throw new Refusal(`not a valid port number: ${printed(value)} `);
      }
    }
    const port = value.slice(colon + 1);
    if (port === '') throw new Refusal(`no port number specified in ${printed(port)}`);
    const host = value.slice(0, colon).toLowerCase();
    return { port: portNumber(port), host: host === '*' ? '' : host };
  },
};

/** An address for `supervisorctl -s`: a scheme, and a host or a path. */
export const url: ValueType<string> = {
  name: 'URL',
  expected: 'a URL such as http://localhost:9001 or unix:///tmp/supervisor.sock',
  parse(value) {
    // Python's parser takes line ends and tabs out, wherever they stand.
    const bare = value.replace(/^[\0-\x20]+/, '').replace(/[\t\r\n]/g, '');
    const rest = /^[a-z][a-z0-9+.-]*:([^?#]*)/i.exec(bare)?.[1] ?? '';
    if (rest === '' || rest === '//') throw new Refusal(`value ${printed(value)} is not a URL`);
    return value;
  },
};
