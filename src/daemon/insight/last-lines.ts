import { statSync } from 'node:fs';
import type { LastLines } from '../../rpc/insight.ts';
import type { ProcessId } from '../core/supervisor-messages.ts';
import type { HandlerContext } from '../handlers/context.ts';
import { lastLinesOf } from '../logs/log-end.ts';

const MAX_CHARACTERS = 200;
const READ_BYTES = 4096;

/** What has said nothing is left out. */
export function lastLines({ programs }: Pick<HandlerContext, 'programs'>, ids: readonly ProcessId[]): LastLines {
  const lines: Record<string, string> = {};
  for (const id of ids) {
    const line = lastLine(programs, id);
    if (line !== undefined) lines[id] = line;
  }
  return lines;
}

/** Of the log that was written to last; what goes nowhere is remembered in the daemon, and shown where no file has more. */
function lastLine(programs: HandlerContext['programs'], id: ProcessId): string | undefined {
  const files = (['stdout', 'stderr'] as const)
    .flatMap((channel) => {
      const path = programs.logPath(id, channel);
      const stat = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
      return path === undefined || stat?.isFile() !== true || stat.size === 0 ? [] : [{ path, at: stat.mtimeMs }];
    })
    .sort((a, b) => b.at - a.at);
  const limits = { bytes: READ_BYTES, lines: 1, characters: MAX_CHARACTERS };
  for (const { path } of files) {
    const [line] = lastLinesOf({ path }, limits);
    if (line !== undefined) return line;
  }
  const { stdout, stderr } = programs.output(id);
  for (const channel of [stdout, stderr]) {
    const [line] = channel?.tail === undefined ? [] : lastLinesOf(channel, limits);
    if (line !== undefined) return line;
  }
  return undefined;
}
