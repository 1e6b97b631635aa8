/**
 * `env_file`: variables for a program out of files, read at every start. A line is `KEY=value`; empty ones and those
 * that begin with `#` are passed over. The value is what stands behind the `=` up to the end of the line, literally:
 * a secret with a quote, a `$` or a `%` in it needs no care. What is not such a line is refused and not guessed at.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { EnvFile } from './config/restart-options.ts';
import { errnoCode } from './logs/errno.ts';

const trouble: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'no permission',
};

/** The start of a program waits for it, and with it everybody; the system has no room for much more either. */
const MAX_BYTES = 1024 * 1024;

/** Later files win. Answers why they cannot be had, if they cannot; nothing is read of what is no plain file. */
export function variablesOf(
  files: readonly EnvFile[],
  directory: string | undefined,
): { readonly variables: ReadonlyMap<string, string> } | { readonly why: string } {
  const variables = new Map<string, string>();
  for (const { path, isOptional } of files) {
    const file = resolve(directory ?? '.', path);
    const read = readPlainFile(file);
    if ('code' in read) {
      if (isOptional && read.code === 'ENOENT') continue;
      return { why: `cannot read env_file ${JSON.stringify(file)}: ${trouble[read.code] ?? read.code}` };
    }
    for (const [index, line] of read.text.split(/\r?\n/).entries()) {
      if (/^\s*(#|$)/.test(line)) continue;
      const [, key, value] = /^\s*([^\s=]+)\s*=(.*)$/s.exec(line) ?? [];
      // The line itself may be a secret.
      if (key === undefined || value === undefined || line.includes('\0')) {
        return { why: `cannot read env_file ${JSON.stringify(file)}: line ${index + 1} is not KEY=value` };
      }
      variables.set(key, value);
    }
  }
  return { variables };
}

function readPlainFile(file: string): { readonly text: string } | { readonly code: string } {
  let fd: number | undefined;
  try {
    // A FIFO must not keep the daemon waiting for its writer.
    fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(fd);
    if (!stat.isFile()) return { code: 'not a plain file' };
    if (stat.size > MAX_BYTES) return { code: `larger than ${MAX_BYTES} bytes` };
    return { text: readFileSync(fd, 'utf8').replace(/^\uFEFF/, '') };
  } catch (error) {
    return { code: errnoCode(error) };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
