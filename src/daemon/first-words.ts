/** What the log of a life begins with: all that was noticed while there was no log, and what becomes of old logs. */
import type { LoadedConfig } from './config/model.ts';
import { clearAutoLogs } from './logs/auto-names.ts';
import type { MainLog } from './logs/main-log.ts';

export interface FirstWords {
  readonly critical: readonly string[];
  readonly info: readonly string[];
}

/** In Supervisor's order: by level, and what the files gave rise to before what the process did. */
export function sayFirstWords(log: MainLog, { messages, supervisord }: LoadedConfig, ours: FirstWords): void {
  for (const text of [...messages.critical, ...ours.critical]) log.critical(text);
  for (const text of messages.warn) log.warn(text);
  for (const text of [...messages.info, ...ours.info]) log.info(text);
  const { nocleanup, childlogdir, identifier } = supervisord;
  if (nocleanup) return;
  for (const warning of clearAutoLogs(childlogdir, identifier)) log.warn(warning);
}
