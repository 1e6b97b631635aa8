/** A command taken apart, or why it cannot be. */
export type CommandLine =
  | { readonly type: 'argv'; readonly argv: readonly string[] }
  | { readonly type: 'error'; readonly why: string };

const blanks = ' \t\r\n';

/**
 * Splits a command as a POSIX shell would split its words (Python's shlex.split): quotes and backslashes count,
 * variables, globs, pipes and comments do not.
 */
export function splitCommand(command: string): CommandLine {
  const argv: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  const characters = Array.from(command);
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (quote === "'" || (quote === '"' && character !== '\\')) {
      if (character === quote) quote = undefined;
      else word += character;
    } else if (character === '\\') {
      const next = characters[++at];
      if (next === undefined) return { type: 'error', why: 'No escaped character' };
      // Inside double quotes a backslash stands for itself unless it escapes a quote or a backslash.
      const literal = quote === '"' && next !== '"' && next !== '\\';
      word = (word ?? '') + (literal ? `\\${next}` : next);
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (!blanks.includes(character)) {
      word = (word ?? '') + character;
    } else if (word !== undefined) {
      argv.push(word);
      word = undefined;
    }
  }
  if (quote !== undefined) return { type: 'error', why: 'No closing quotation' };
  if (word !== undefined) argv.push(word);
  return { type: 'argv', argv };
}
