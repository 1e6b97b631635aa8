/** Keys of ours about the logs of programs. */
import type { OptionTable } from '../../config/option.ts';
import type { LineFormat } from '../logs/line-format.ts';
import { oneOf } from './restart-options.ts';

const format = oneOf<'raw' | LineFormat>('log format', ['raw', 'timestamp', 'json']);

export const logOptions = {
  stdout_log_format: {
    type: format,
    initial: 'raw',
    names: 'own environment',
    ours: true,
    doc:
      'How lines stand in its log: `raw`, as it writes them; `timestamp`, with the time in UTC before each; `json`, one object ' +
      'a line: time, program, process, stream, pid, message. A line is logged when it is whole, at most 64 KiB as one.',
  },
  stderr_log_format: {
    type: format,
    initial: 'raw',
    names: 'own environment',
    ours: true,
    doc: 'As for stdout. With redirect_stderr that of stdout counts.',
  },
} as const satisfies OptionTable;
