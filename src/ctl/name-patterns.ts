import { words } from '../config/python-text.ts';

/**
 * Which words of a command line stand for several names. Only this much is loaded by every command: a line without such
 * a word goes Supervisor's way, to the byte. What they stand for is said by selectors.ts.
 */

/** Where names stand among the words of a command, so that patterns may stand for them. */
export interface TakesNames {
  /** So many words come before the names: `signal HUP web`. */
  readonly after?: number;
  /** `web:*` is understood, as all processes of a group at once. */
  readonly groups?: boolean;
  /** One name and no more. */
  readonly single?: boolean;
}

/** What `help` adds at a terminal, for commands that take names. */
export const patternsHelp =
  "Names may be patterns: 'web*', 'web:web_0[0-3]', @tag, state=FATAL,BACKOFF (in quotes: the shell has globs, too).";

/**
 * Whether `word` may stand for several names: it has a glob character, or begins with `@` or `state=`. The `*` of
 * `group:*` is none: that is a group, as it always was.
 */
export function isPattern(word: string): boolean {
  if (word.startsWith('@') || word.startsWith('state=')) return true;
  const colon = word.indexOf(':');
  const isGroup = colon >= 0 && (colon === word.length - 1 || word.slice(colon) === ':*');
  return !word.startsWith('-') && /[*?[]/.test(isGroup ? word.slice(0, colon) : word);
}

/** Whether a pattern stands where `takes` has names. */
export function hasPattern(takes: TakesNames, argument: string): boolean {
  return words(argument).some((word, at) => at >= (takes.after ?? 0) && isPattern(word));
}
