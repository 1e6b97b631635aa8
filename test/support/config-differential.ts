/** Random configurations, read by us and by Supervisor: what both accept must mean the same, what one refuses the other must. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer, filesOf, type Json, type Question } from '../../scripts/corpus/answer.ts';
import { blamedSection, differences } from '../../scripts/corpus/compare.ts';
import { Accounts } from '../../scripts/corpus/fake-host.ts';
import { IniFile, scan } from '../../src/config/ini.ts';
import { syntaxMessage } from '../../src/config/ini-errors.ts';
import type { OptionTable } from '../../src/config/option.ts';
import { decodeText } from '../../src/config/text-file.ts';
import { throughIni } from '../../src/daemon/config/ini-package.ts';
import { programOptions } from '../../src/daemon/config/program-options.ts';
import { Mutator } from './config-mutations.ts';
import type { ConfigOracle, OracleAnswer } from './config-oracle.ts';
import { seededRandom } from './random.ts';

export interface Outcome {
  readonly accepted: number;
  readonly refused: number;
  /** The first few, each with the text of the file. */
  readonly differing: readonly string[];
}

export interface Source {
  readonly mode: 'main' | 'included';
  readonly env: Readonly<Record<string, string>>;
  readonly text: string;
}

const plainEnvironment = { HOME: '/home/corpus', PATH: '/usr/local/bin:/usr/bin:/bin' };
const batch = 250;

/** The configurations of a folder: each NNN.conf, with the environment of the NNN.json beside it. */
export function sourcesIn(directory: string): Source[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.conf'));
  return files.sort().map((name) => {
    const path = join(directory, name);
    const { env = plainEnvironment, mode = 'main' } = JSON.parse(readFileSync(path.replace(/conf$/, 'json'), 'utf8'));
    return { env, mode, text: readFileSync(path, 'utf8') };
  });
}

/** Files through the INI layer, one or two read over each other. */
export async function compareIni(
  oracle: ConfigOracle,
  sources: readonly Source[],
  count: number,
  seed: number,
): Promise<Outcome> {
  const mutator = new Mutator(seededRandom(seed));
  const one = () => {
    const text =
      mutator.below(3) === 0 ? mutator.noise() : mutator.mutate(mutator.pick(sources).text, mutator.below(6));
    return bytesOf(mutator, text);
  };
  return await compare(
    count,
    () => (mutator.below(4) === 0 ? [one(), one()] : [one()]),
    (cases) => oracle.ask(cases.map((files) => ({ kind: 'ini', files }))),
    (files, expected) => {
      const got = readIni(files);
      return {
        got,
        equal: sameIni(expected, got),
        text: files.map((file) => Buffer.from(file).toString()).join('\n=====\n'),
      };
    },
  );
}

/** Files through the whole option parser. */
export async function compareOptions(
  oracle: ConfigOracle,
  sources: readonly Source[],
  count: number,
  seed: number,
): Promise<Outcome> {
  const mutator = new Mutator(seededRandom(seed));
  return await compare(
    count,
    () => fileSet(mutator, sources),
    (cases) => oracle.ask(cases.map((one) => ({ kind: 'options', ...one }))),
    ({ files, env }, expected) => {
      const got = answer({ files, environment: env }, new Accounts(), oracle.directory);
      const texts = Object.entries(files).map(([path, bytes]) => `===== ${path}\n${Buffer.from(bytes).toString()}`);
      const text = texts.join('\n');
      // What Supervisor passes over means something here: that is the difference that is meant.
      if (texts.some(usesOurKeys)) return { got: {}, equal: true, text };
      if (expected.error !== undefined) {
        const refusal = got.type === 'refused' ? got.text : 'accepted';
        const equal = got.type === 'refused' && (expected.crash === true || sameRefusal(expected.error, refusal));
        return { got: { error: refusal }, equal, text };
      }
      if (got.type === 'refused') return { got: { error: got.text }, equal: false, text };
      const found = differences(expected as Json, got.json);
      return { got: found, equal: found.length === 0, text, expected: 'what stands beside each path' };
    },
  );
}

const ourKeys = Object.entries(programOptions as OptionTable).flatMap(([key, { ours }]) => (ours === true ? key : []));

/** Whether a program has a key of ours, by chance: `port` that was meant for a server. */
function usesOurKeys(text: string): boolean {
  let isProgram = false;
  return text.split('\n').some((line) => {
    if (/^\s*\[/.test(line)) isProgram = /program|listener|DEFAULT/.test(line);
    const key = /^\s*([^=:]*?)\s*[=:]/.exec(line)?.[1]?.toLowerCase() ?? '';
    return isProgram && (ourKeys.includes(key) || key.startsWith('port_'));
  });
}

/** One source changed, or several: a main file and those it includes. */
function fileSet(mutator: Mutator, sources: readonly Source[]): { files: Question['files']; env: Source['env'] } {
  const changed = () => {
    const source = mutator.pick(sources);
    return { ...source, bytes: bytesOf(mutator, mutator.mutate(source.text, 1 + mutator.below(5))) };
  };
  const { mode, env, bytes } = changed();
  const number = { NUM: '3' };
  if (mutator.below(4) > 0) return { files: filesOf(mode, bytes), env: { ...env, ...number } };
  const more = Array.from({ length: 1 + mutator.below(3) }, () => [mutator.pick(includedNames), changed()] as const);
  const main = mode === 'main' ? Buffer.from(bytes).toString() : '[supervisord]';
  const files = {
    ...Object.fromEntries(more.map(([path, source]) => [path, source.bytes])),
    'supervisord.conf': Buffer.from(`${main}\n[include]\nfiles = ${mutator.pick(includePatterns)}\n`),
  };
  return { files, env: Object.assign({}, env, ...more.map(([, source]) => source.env), number) };
}

const includedNames = [
  'conf.d/a.conf',
  'conf.d/B.conf',
  'conf.d/.hidden.conf',
  'conf.d/sub/c.conf',
  'other/d.ini',
  'é.conf',
];
const includePatterns = [
  'conf.d/*.conf',
  'conf.d/*.conf conf.d/*.conf',
  '*/*.conf',
  'conf.d/[!a].conf other/?.ini',
  'conf.d/**/*.conf',
  '%(here)s/conf.d/[a-c].conf ./*/*',
  'conf.d/.*.conf *.conf',
  'conf.d',
  'conf.d/sub/ conf.d/a.conf nothing',
];

/** A byte that is no UTF-8 now and then. */
function bytesOf(mutator: Mutator, text: string): Uint8Array {
  const bytes = Buffer.from(text);
  if (bytes.length > 0 && mutator.below(100) === 0)
    bytes[mutator.below(bytes.length)] = mutator.pick([0xff, 0x80, 0xc3]);
  return bytes;
}

interface Verdict {
  readonly got: unknown;
  readonly equal: boolean;
  readonly text: string;
  readonly expected?: unknown;
}

async function compare<Case>(
  count: number,
  make: () => Case,
  ask: (cases: readonly Case[]) => Promise<OracleAnswer[]>,
  judge: (one: Case, expected: OracleAnswer) => Verdict,
): Promise<Outcome> {
  const outcome = { accepted: 0, refused: 0, differing: [] as string[] };
  for (let done = 0; done < count; done += batch) {
    const cases = Array.from({ length: Math.min(batch, count - done) }, make);
    const answers = await ask(cases);
    for (const [index, one] of cases.entries()) {
      const theirs = answers[index];
      if (theirs === undefined) throw new Error('The oracle left a question unanswered');
      const { got, equal, text, expected = theirs } = judge(one, theirs);
      if (theirs.error === undefined) outcome.accepted++;
      else outcome.refused++;
      if (!equal) {
        const shown = `file ${done + index}: expected ${JSON.stringify(expected)}\ngot ${JSON.stringify(got)}\n${text}`;
        outcome.differing.push(outcome.differing.length < 5 ? shown : `file ${done + index}`);
      }
    }
  }
  return outcome;
}

function readIni(files: readonly Uint8Array[]): OracleAnswer {
  const ini = new IniFile();
  for (const [index, bytes] of files.entries()) {
    const file = `/corpus/ini-${index}.conf`;
    const read = decodeText(bytes);
    const scanned = read.type === 'text' ? scan(read.text) : read;
    if (scanned.type === 'missing' || scanned.type === 'unreadable') throw new Error('A text is always readable');
    if (scanned.type !== 'entries') return { error: syntaxMessage(scanned, file) };
    ini.add(throughIni(scanned.entries), file);
  }
  const settings = (section: string) => ini.keys(section).map((key) => [key, ini.get(section, key)?.value ?? '']);
  return { sections: ini.sections().map((section) => [section, settings(section)]) };
}

function sameIni(expected: OracleAnswer, got: OracleAnswer): boolean {
  if (expected.error !== undefined && got.error !== undefined) return sameRefusal(expected.error, got.error);
  return JSON.stringify(expected) === JSON.stringify(got);
}

/** Word for word, but for what Python says about bytes that are no text, and for the order of a Python set. */
function sameRefusal(expected: string, got: string): boolean {
  if (expected === got) return true;
  const codec = "'utf-8' codec can't decode";
  if (expected.startsWith(codec) || got.startsWith(codec)) return got.startsWith(codec);
  const loose = (text: string) =>
    text
      .replace(/^Unknown event type \S* in/, 'Unknown event type in')
      .replace(/^(too many|Cannot run \d+ processes of one program)/, '')
      .replace(/ is badly formatted: (names nothing|%\w names nothing.*?)(?= in section|$)/s, ' is badly formatted');
  return loose(expected) === loose(got) && blamedSection(expected) === blamedSection(got);
}
