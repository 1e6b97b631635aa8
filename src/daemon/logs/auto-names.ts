import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { errnoCode } from './errno.ts';
import { pythonRepr } from './python-repr.ts';

/**
 * AUTO logs: `<process>-<stdout|stderr>---<identifier>-<8 characters>.log` in childlogdir, made empty with mode 0600 when
 * the group is made, and kept across restarts of the process.
 */

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789_';
const tries = 100;

/** Makes the file and answers its path, or the errno code. */
export function makeAutoLog(
  directory: string,
  process: string,
  channel: 'stdout' | 'stderr',
  identifier: string,
): { readonly path: string } | { readonly code: string } {
  for (let attempt = 0; ; attempt += 1) {
    const path = join(directory, `${process}-${channel}---${identifier}-${randomName()}.log`);
    try {
      closeSync(openSync(path, 'wx', 0o600));
      return { path };
    } catch (error) {
      const code = errnoCode(error);
      if (code !== 'EEXIST' || attempt >= tries) return { code };
    }
  }
}

/**
 * Deletes the AUTO logs and backups that earlier runs under this identifier left behind. Answers Supervisor's warnings
 * about what could not be done. The identifier is taken literally, which Supervisor uses as a regular expression.
 */
export function clearAutoLogs(directory: string, identifier: string): readonly string[] {
  const pattern = new RegExp(`^.+?---${escaped(identifier)}-\\S+\\.log\\.{0,1}\\d{0,4}`);
  let names: readonly string[];
  try {
    names = readdirSync(directory);
  } catch {
    return ['Could not clear childlog dir'];
  }
  const warnings: string[] = [];
  for (const name of names) {
    if (!pattern.test(name)) continue;
    const path = join(directory, name);
    try {
      unlinkSync(path);
    } catch {
      warnings.push(`Failed to clean up ${pythonRepr(path)}`);
    }
  }
  return warnings;
}

function randomName(): string {
  let name = '';
  // 37 does not divide 256; names need to differ, not to be evenly spread.
  for (const byte of randomBytes(8)) name += alphabet[byte % alphabet.length];
  return name;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
