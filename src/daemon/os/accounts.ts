/**
 * Who a user is: passwd(5) and group(5), read as they are now, because they cost nothing; what is not in them may be in
 * a directory service, which `getent` asks.
 */
import { readFileSync } from 'node:fs';

const ASK_TIMEOUT_MS = 10_000;

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
  /** All groups, the primary one first: what setgroups(2) gets, as initgroups(3) makes it. */
  readonly groups: readonly number[];
}

/** Lines of at least `width` fields between colons; comments, empty lines and NIS's `+` lines are none. */
function rows(text: string, width: number): string[][] {
  return text
    .split('\n')
    .filter((line) => !/^[#+-]|^\s*$/.test(line))
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= width);
}

function idOf(field: string | undefined): number | undefined {
  return field !== undefined && /^\d{1,10}$/.test(field) ? Number(field) : undefined;
}

/** The account with this uid or name, out of the texts of passwd(5) and group(5); the first line that matches counts. */
export function findAccount(who: number | string, passwd: string, group: string): Account | undefined {
  for (const [name = '', , uidText, gidText, , home = '', shell = ''] of rows(passwd, 7)) {
    const uid = idOf(uidText);
    const gid = idOf(gidText);
    if (uid === undefined || gid === undefined || who !== (typeof who === 'number' ? uid : name)) continue;
    const others = rows(group, 4)
      .filter(([, , , members = '']) => members.trim().split(',').includes(name))
      .map(([, , id]) => idOf(id))
      .filter((id) => id !== undefined);
    return { name, uid, gid, home, shell, groups: [...new Set([gid, ...others])] };
  }
  return undefined;
}

/** The gid of a group by its name or number. */
export function findGroup(who: number | string, group: string): number | undefined {
  const field = typeof who === 'number' ? 2 : 0;
  return idOf(rows(group, 3).find((fields) => fields[field] === String(who))?.[2]);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // a container made from scratch has neither file: nobody is known there
  }
}

/** What a directory service (LDAP, SSSD) knows, asked as the C library would ask; empty if it knows nothing. */
function ask(command: string, ...args: readonly string[]): string {
  const key = args.at(-1) ?? '';
  if (key === '' || /^-|[:\n]/.test(key)) return '';
  // Loaded when it is first needed: it costs every start of the daemon eight milliseconds.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: ASK_TIMEOUT_MS });
  return status === 0 ? stdout : '';
}

/** The account with this uid or name on this machine. A name that is a number is still a name. */
export function accountOf(who: number | string): Account | undefined {
  const local = findAccount(who, textOf('/etc/passwd'), textOf('/etc/group'));
  if (local !== undefined) return local;
  const found = findAccount(who, ask('getent', 'passwd', String(who)), '');
  if (found === undefined) return undefined;
  const groups = ask('id', '-G', found.name).trim().split(' ').map(idOf);
  return { ...found, groups: [...new Set([found.gid, ...groups.filter((id) => id !== undefined)])] };
}

/** The gid of a group on this machine, by its name or number. */
export function groupOf(who: number | string): number | undefined {
  return findGroup(who, textOf('/etc/group')) ?? findGroup(who, ask('getent', 'group', String(who)));
}
