/** The keys of ours about the files of a program, its logs, and the section of ours with keys for all programs. */
import type { logOptions } from '../../src/daemon/config/log-options.ts';
import type { watchOptions } from '../../src/daemon/config/watch-options.ts';
import { real, unit } from './evidence.ts';
import { added, type Verdict } from './verdict.ts';

const watching = real('daemon/watch');
const fileWatch = real('watching/file-watch');
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
  watch: added(
    'Files that it is restarted for when they change.',
    watching('a file that changes restarts the program, and the log says which file'),
    fileWatch('a file that is written, replaced, deleted or new is told, and no other'),
    fileWatch('a link that leads to another directory is a change, and from then on that one is watched'),
  ),
  watch_ignore: added(
    'What is not looked at.',
    fileWatch('files that are ignored cost nothing, however many'),
    watching('a file that changes restarts the program, and the log says which file'),
  ),
  watch_delay: added(
    'How long it must be quiet first.',
    unit('watching/burst')('changes that come together are one, told when it has been quiet for so long'),
  ),
  watch_action: added(
    'Restart all, roll them, or have them reload.',
    watching('a file that changes restarts the program, and the log says which file'),
    watching('watch_action=reload reloads it as it is said beside it'),
    watching('watch_action=roll restarts them one after the other, and changes meanwhile roll them once more'),
  ),
} satisfies Readonly<Record<keyof typeof logOptions | keyof typeof watchOptions, Verdict>>;

const defaults = unit('config/program-default');

export const defaultKeys = {
  'any key of [program:x]': added(
    'What every program has that does not say otherwise.',
    defaults('a program has what [program-default] says, unless it says otherwise itself'),
    defaults('what is wrong in [program-default] is told once, where it stands'),
    real('daemon/program-default')('programs are started, logged and restarted by what [program-default] says'),
  ),
} satisfies Readonly<Record<string, Verdict>>;
