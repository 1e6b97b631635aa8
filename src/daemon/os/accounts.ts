/**
 * Who a user is: passwd(5) and group(5), read as they are now. The C library's look-up is not used (it may load
 * modules and block on a network), so users that only LDAP or systemd-userdb know are not found here.
 */
import { readFileSync } from 'node:fs';

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

/** The gid of a group's name. */
export function findGroup(name: string, group: string): number | undefined {
  return idOf(rows(group, 3).find((fields) => fields[0] === name)?.[2]);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // a container made from scratch has neither file: nobody is known there
  }
}

/** The account with this uid or name on this machine. A name that is a number is still a name. */
export function accountOf(who: number | string): Account | undefined {
  return findAccount(who, textOf('/etc/passwd'), textOf('/etc/group'));
}

/** The gid of a group's name on this machine. */
export function groupOf(name: string): number | undefined {
  return findGroup(name, textOf('/etc/group'));
}
