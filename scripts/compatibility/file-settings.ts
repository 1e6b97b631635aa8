/** The keys of ours about the files of a program: its logs. */
import type { logOptions } from '../../src/daemon/config/log-options.ts';
import { real } from './evidence.ts';
import { added, type Verdict } from './verdict.ts';

const logFormats = real('daemon/log-formats');
const framed = logFormats('timestamp puts the time before each line, and json makes an object of it');

export const fileKeys = {
  stdout_log_format: added(
    'How lines stand in the log: with their time, or as JSON.',
    framed,
    logFormats('raw is as it was written, and stdout is the name of a file'),
  ),
  stderr_log_format: added(
    'As for stdout.',
    framed,
    logFormats('a log that rotates is cut between two records, and both streams may be in it'),
  ),
} satisfies Readonly<Record<keyof typeof logOptions, Verdict>>;
