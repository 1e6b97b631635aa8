/** Users and groups as one reading of a configuration sees them: who asks twice gets the first answer again. */
import type { Account } from '../os/accounts.ts';
import { accountOf, groupOf } from '../os/accounts.ts';

export interface Accounts {
  /** Undefined if there is no such user. */
  user(user: string | number): Account | undefined;
  /** The number of a group; undefined if there is no such group. */
  group(group: string | number): number | undefined;
}

export function systemAccounts(): Accounts {
  return { user: remembered(accountOf), group: remembered(groupOf) };
}

function remembered<Found>(find: (key: string | number) => Found): (key: string | number) => Found {
  const found = new Map<string | number, { readonly result: Found }>();
  return (key) => {
    const known = found.get(key) ?? { result: find(key) };
    found.set(key, known);
    return known.result;
  };
}
