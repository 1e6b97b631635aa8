import { accountOf } from './os/accounts.ts';

/**
 * Makes the daemon itself that user, with all groups of the account (initgroups). Answers why it could not, in
 * Supervisor's words. HOME, USER and LOGNAME stay as they are.
 */
export function dropPrivileges(uid: number): string | undefined {
  const current = process.getuid?.();
  if (current === uid) return undefined;
  const account = accountOf(uid);
  if (account === undefined) return `Can't find uid ${uid}`;
  if (current !== 0) return "Can't drop privilege as nonroot user";
  try {
    process.setgroups?.([...new Set([account.gid, ...account.groups])]);
  } catch {
    return 'Could not set groups of effective user';
  }
  try {
    process.setgid?.(account.gid);
  } catch {
    return 'Could not set group id of effective user';
  }
  process.setuid?.(uid);
  return undefined;
}
