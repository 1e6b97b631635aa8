import { parseArgs } from 'node:util';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { quotedWords } from '../line.ts';
import { loadPart } from '../part-loader.ts';
import { misused, whenUp } from '../results.ts';

export const logs: Command = {
  name: 'logs',
  isOurs: true,
  staysOn: true,
  help: [
    'logs <name> <name>\tThe last lines of programs, merged; of all without a name',
    '  -f\t\t\tAnd what they write from now on, until Ctrl-C',
    '  --follow\t\tThe same',
    '  --since 5m\t\tWhat was written since then',
    '  --lines 50\t\tSo many lines of each log (10)',
    '  --grep <regex>\tOnly lines that fit; without --lines the last 10000 are searched',
    '  --invert\t\tOnly lines that do not',
    '  --stderr\t\tOnly standard error',
    '  --stdout\t\tOnly standard output',
    '  --no-prefix\t\tWithout the names before the lines',
    '  --json\t\tAn object a line',
  ].join('\n'),
  hasQuotes: true,
  printsJson: () => true,

  async run(context, argument) {
    const given = read(quotedWords(argument));
    if (typeof given === 'string') return misused(context, logs, given, exitCodes.INVALID_ARGS);
    const { login, isTerminal, notFound, orInterrupted } = context;
    return await whenUp(context, async () =>
      (await loadPart('logs')).logs({ login, isTerminal, notFound, orInterrupted }, given),
    );
  },
};

/** What is asked for, or what is wrong with the words. */
function read(args: readonly string[]) {
  try {
    const { values, positionals: names } = parseArgs({ args: [...args], options, allowPositionals: true });
    const lines = values.lines === undefined ? undefined : Number(values.lines);
    if (lines !== undefined && !(Number.isInteger(lines) && lines >= 0)) return `cannot read --lines "${values.lines}"`;
    const { since, grep } = values;
    const one = values.stderr === values.stdout ? undefined : values.stderr ? 'stderr' : 'stdout';
    const channels = one === undefined ? (['stdout', 'stderr'] as const) : [one as 'stdout' | 'stderr'];
    const [isFollowed, isInverted, isJson] = [values.follow, values.invert, values.json];
    const hasPrefix = values['no-prefix'] !== true;
    return { names, isFollowed, since, lines, grep, isInverted, channels, hasPrefix, isJson };
  } catch (error) {
    return firstSentence((error as Error).message);
  }
}

/** Node goes on with how to name files that look like options. */
function firstSentence(text: string): string {
  return text.split('. ', 1)[0] ?? text;
}

const options = {
  follow: { type: 'boolean', short: 'f', default: false },
  since: { type: 'string' },
  lines: { type: 'string', short: 'n' },
  grep: { type: 'string' },
  invert: { type: 'boolean', default: false },
  stderr: { type: 'boolean', default: false },
  stdout: { type: 'boolean', default: false },
  'no-prefix': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;
