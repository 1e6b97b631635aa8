/**
 * Users and groups by name or number. The files come first because they cost nothing; what is not in them may be in a
 * directory service, which `getent` asks as the C library would.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface UserAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

export interface Accounts {
  /** Undefined if there is no such user. */
  user(user: string | number): UserAccount | undefined;
  /** The number of a group; undefined if there is no such group. */
  group(group: string | number): number | undefined;
}

/** The system's accounts; who asks twice gets the first answer again. */
export function systemAccounts(): Accounts {
  return { user: remembered(findUser), group: remembered(findGroup) };
}

function remembered<Found>(find: (key: string | number) => Found): (key: string | number) => Found {
  const found = new Map<string | number, { readonly result: Found }>();
  return (key) => {
    const known = found.get(key) ?? { result: find(key) };
    found.set(key, known);
    return known.result;
  };
}

function findUser(user: string | number): UserAccount | undefined {
  const fields = find('passwd', user);
  if (fields === undefined) return undefined;
  const [name = '', , uid, gid, , home = ''] = fields;
  return { name, uid: Number(uid), gid: Number(gid), home };
}

function findGroup(group: string | number): number | undefined {
  const fields = find('group', group);
  return fields === undefined ? undefined : Number(fields[2]);
}

/** Both files have the name in the first field and the number in the third. */
function find(database: 'passwd' | 'group', key: string | number): string[] | undefined {
  const field = typeof key === 'number' ? 2 : 0;
  const wanted = String(key);
  if (wanted === '' || wanted.includes(':') || wanted.includes('\n')) return undefined;
  const entries = read(`/etc/${database}`)
    .split('\n')
    .map((line) => line.split(':'));
  const found = entries.find((fields) => fields[field] === wanted && fields.length > 3);
  return found ?? ask(database, wanted);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function ask(database: string, key: string): string[] | undefined {
  if (key.startsWith('-')) return undefined;
  const { status, stdout } = spawnSync('getent', [database, key], { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? stdout.trimEnd().split(':') : undefined;
}
