/**
 * What is filtered and searched by: a regular expression that a person is still typing. It may be wrong, and it may be
 * one that takes for ever (`(a+)+$`): then it is taken literally, and the view says so.
 *
 * V8 looks for an interruption while it backtracks, so a time limit of node:vm ends any expression. It costs a thread
 * for the moment, hence many lines at once.
 */
import { createContext, Script } from 'node:vm';

export interface Pattern {
  /** As typed, with its `!`. */
  readonly text: string;
  /** Lines without it are meant. */
  readonly isInverted: boolean;
  readonly regex: RegExp;
  /** Why it is taken literally. */
  readonly trouble?: 'no regular expression' | 'too slow';
}

/** Of a line so much is looked at. */
const MAX_SEARCHED = 2_000;
/** For the lines of one chunk; what is right takes a hundredth of it. */
const LIMIT_MS = 300;
/** On one line, so many places are marked. */
const MAX_PLACES = 50;

/** Undefined for nothing, and for a `!` that is waiting for more. Capitals count only if there are some. */
export function patternOf(text: string): Pattern | undefined {
  const isInverted = text.startsWith('!');
  const wanted = isInverted ? text.slice(1) : text;
  if (wanted === '') return undefined;
  try {
    return { text, isInverted, regex: new RegExp(wanted, flagsOf(wanted)) };
  } catch {
    return { text, isInverted, regex: literal(wanted), trouble: 'no regular expression' };
  }
}

/** The same, literally. */
export function asLiteral(pattern: Pattern): Pattern {
  const { text, isInverted } = pattern;
  return { text, isInverted, regex: literal(isInverted ? text.slice(1) : text), trouble: 'too slow' };
}

function literal(wanted: string): RegExp {
  return new RegExp(wanted.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), flagsOf(wanted));
}

function flagsOf(wanted: string): string {
  return /\p{Lu}/u.test(wanted.replace(/\\./g, '')) ? 'g' : 'gi';
}

/** Which of the texts have it (or have it not, if it is inverted): their indices; undefined if it takes too long. */
export function matching({ regex, isInverted }: Pattern, texts: readonly string[]): readonly number[] | undefined {
  return limited('matching(regex, texts, wanted)', { regex, texts: texts.map(searched), wanted: !isInverted });
}

/** Where it is in each of the texts: pairs of begin and end; undefined if it takes too long. */
export function places(
  { regex }: Pattern,
  texts: readonly string[],
): readonly (readonly (readonly [number, number])[])[] | undefined {
  return limited('places(regex, texts, most)', { regex, texts: texts.map(searched), most: MAX_PLACES });
}

function searched(text: string): string {
  return text.length > MAX_SEARCHED ? text.slice(0, MAX_SEARCHED) : text;
}

const work = `
  function matching(regex, texts, wanted) {
    const found = [];
    for (let at = 0; at < texts.length; at += 1) {
      regex.lastIndex = 0;
      if (regex.test(texts[at]) === wanted) found.push(at);
    }
    return found;
  }
  function places(regex, texts, most) {
    return texts.map((text) => {
      const found = [];
      regex.lastIndex = 0;
      for (let one = regex.exec(text); one !== null && found.length < most; one = regex.exec(text)) {
        if (one[0] === '') regex.lastIndex += 1;
        else found.push([one.index, one.index + one[0].length]);
      }
      return found;
    });
  }
`;

let world: object | undefined;
const scripts = new Map<string, Script>();

/** Runs `expression` of the functions above with these names, for so long and no longer. */
function limited<Answer>(expression: string, names: Readonly<Record<string, unknown>>): Answer | undefined {
  if (world === undefined) {
    world = createContext(Object.create(null));
    new Script(work).runInContext(world);
  }
  const script = scripts.get(expression) ?? new Script(expression);
  scripts.set(expression, script);
  Object.assign(world, names);
  try {
    return script.runInContext(world, { timeout: LIMIT_MS }) as Answer;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  } finally {
    Object.assign(world, { texts: undefined });
  }
}
