/** Single values, read by us and by Supervisor: environment strings, commands, format strings and the typed settings. */
import { expand } from '../../src/config/expand.ts';
import * as values from '../../src/config/values.ts';
import { splitCommand } from '../../src/daemon/config/command-line.ts';
import { environment } from '../../src/daemon/config/environment.ts';
import { Mutator } from './config-mutations.ts';
import type { ConfigOracle, OracleAnswer, OracleRequest } from './config-oracle.ts';
import { seededRandom } from './random.ts';

const alphabets: Readonly<Record<string, readonly string[]>> = {
  environment: [
    'A',
    'b',
    '1',
    '=',
    '=',
    ',',
    ',',
    '"',
    "'",
    ' ',
    '\n',
    '#',
    '\\',
    '/',
    ':',
    '.',
    '-',
    '(',
    ')',
    '@',
    ';',
    'é',
    '😀',
    '\t',
    '\r',
  ],
  command: ['a', 'b', ' ', ' ', '"', "'", '\\', '\n', '\t', '#', '=', '/', 'é', '😀', '\r', '\u00a0'],
  format: [
    '%',
    '%',
    '(',
    ')',
    '(here)',
    '(n)',
    '(m)',
    '(nope)',
    's',
    'd',
    'x',
    'X',
    'o',
    'e',
    'G',
    'f',
    'g',
    'c',
    'r',
    'a',
    'i',
    'u',
    '5',
    '0',
    '1',
    '-',
    '+',
    ' ',
    '#',
    '.',
    '*',
    'l',
    'h',
    'y',
    'é',
    '😀',
    '%(n)',
    '%(here)',
    '%(m)',
  ],
  parse: [
    '0',
    '1',
    '7',
    '9',
    '-',
    '+',
    '_',
    ' ',
    ',',
    '.',
    'x',
    'o',
    'k',
    'K',
    'B',
    'm',
    'g',
    't',
    'rue',
    'no',
    'on',
    'SIG',
    'TERM',
    ':',
    '*',
    '/',
    '٣',
    '\t',
    '\u00a0',
    'unexpected',
    "'",
    '"',
    '\n',
    'é',
    '\u200b',
    '%',
  ],
};

const types: Readonly<Record<string, (text: string) => unknown>> = {
  integer: (text) => values.integer.parse(text, host),
  boolean: (text) => values.boolean.parse(text, host),
  byte_size: (text) => values.size.parse(text, host),
  octal_type: (text) => values.octal.parse(text, host),
  signal_number: (text) => values.signal.parse(text, host),
  list_of_exitcodes: (text) => values.exitCodes.parse(text, host),
  list_of_strings: (text) => values.list.parse(text, host),
  process_or_group_name: (text) => values.processName.parse(text, host),
  url: (text) => values.url.parse(text, host),
  inet_address(text) {
    const { host: name, port } = values.inetAddress.parse(text, host);
    return [name, port];
  },
};

const host: values.ValueHost = {
  cwd: '/',
  homeOf: () => undefined,
  isDirectory: () => false,
  accountOf: () => undefined,
  groupOf: () => undefined,
};

const names = { here: '/corpus', n: 3, m: -12 };

/** What differs; each line is the question and both answers. */
export async function compareValues(oracle: ConfigOracle, count: number, seed: number): Promise<string[]> {
  const mutator = new Mutator(seededRandom(seed));
  const requests = Array.from({ length: count }, () => randomRequest(mutator));
  const differing: string[] = [];
  for (let done = 0; done < requests.length; done += 1000) {
    const some = requests.slice(done, done + 1000);
    const answers = await oracle.ask(some);
    for (const [index, request] of some.entries()) {
      const theirs = answers[index] ?? {};
      const ours = answerOf(request);
      if (!same(theirs, ours)) {
        differing.push(`${JSON.stringify(request)}: expected ${JSON.stringify(theirs)}, got ${JSON.stringify(ours)}`);
      }
    }
  }
  return differing;
}

function randomRequest(mutator: Mutator): OracleRequest {
  const kind = mutator.pick(Object.keys(alphabets));
  const length = mutator.below(kind === 'parse' ? 5 : 14);
  const text = Array.from({ length }, () => mutator.pick(alphabets[kind] ?? [])).join('');
  if (kind === 'environment') return { kind: 'value', environment: text };
  if (kind === 'command') return { kind: 'value', command: text };
  if (kind === 'format') return { kind: 'value', format: text, names };
  return { kind: 'value', parse: mutator.pick(Object.keys(types)), text };
}

function answerOf(request: OracleRequest): OracleAnswer {
  if (request.kind !== 'value') throw new Error('Only values are asked here');
  try {
    return { value: JSON.parse(JSON.stringify(read(request))) };
  } catch (error) {
    if (error instanceof values.Refusal) return { error: error.message };
    throw error;
  }
}

function read(request: Extract<OracleRequest, { kind: 'value' }>): unknown {
  if ('environment' in request) return environment.parse(request.environment, host);
  if ('format' in request) return expand(request.format, new Map(Object.entries(names)), 'l.k');
  if ('parse' in request) return types[request.parse]?.(request.text);
  const split = splitCommand(request.command);
  if (split.type === 'error') throw new values.Refusal(split.why);
  return split.argv;
}

function same(theirs: OracleAnswer, ours: OracleAnswer): boolean {
  if (theirs.error === undefined || ours.error === undefined)
    return JSON.stringify(sorted(theirs)) === JSON.stringify(sorted(ours));
  const loose = (text: string) =>
    text.replace(/ is badly formatted: (names nothing|%\w names nothing.*)$/s, ' is badly formatted');
  return loose(theirs.error) === loose(ours.error);
}

/** Keys in one order: ours puts whole numbers first. */
function sorted(answer: OracleAnswer): unknown {
  const { value } = answer;
  const isDictionary = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isDictionary ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)) : value;
}
