/**
 * The `environment` setting: `KEY="value",OTHER=value`. Supervisor reads it with Python's old shell-like lexer, and
 * real files lean on that lexer's ways, so they are all here: a token ends at its closing quote, there are no
 * escapes, a `#` outside quotes swallows the rest of its line, and whatever stands where a comma belongs is skipped.
 */
import { Refusal, type ValueType } from '../../config/values.ts';

const wordCharacters = /[A-Za-z0-9_/.+\-():]/;
const blanks = ' \t\r\n';

export const environment: ValueType<Readonly<Record<string, string>>> = {
  name: 'environment',
  expected: 'KEY="value" pairs with commas between them',
  parse(text) {
    const pairs = new Map<string, string>();
    const all = [...tokens(text)];
    for (let at = 0; at < all.length; at += 4) {
      const [key, equals, value] = all.slice(at, at + 3);
      if (key === undefined || equals !== '=' || value === undefined) {
        throw new Refusal(`Unexpected end of key/value pairs in value '${text}'`);
      }
      pairs.set(key, value.replace(/^['"]+/, '').replace(/['"]+$/, ''));
    }
    return Object.fromEntries(pairs);
  },
};

/** The words of an `environment`, as the lexer sees them. */
export function* tokens(text: string): Generator<string> {
  const characters = Array.from(text);
  let at = 0;
  const skipLine = () => {
    while (at < characters.length && characters[at++] !== '\n');
  };
  while (at < characters.length) {
    const character = characters[at++] ?? '';
    if (blanks.includes(character)) continue;
    if (character === '#') skipLine();
    else if (character === '"' || character === "'") {
      const close = characters.indexOf(character, at);
      if (close < 0) throw new Refusal('No closing quotation');
      yield characters.slice(at - 1, close + 1).join('');
      at = close + 1;
    } else if (wordCharacters.test(character)) {
      let word = character;
      while (at < characters.length) {
        const next = characters[at] ?? '';
        // A comment inside a word does not end it: the word goes on in the next line.
        if (next === '#') skipLine();
        else if (next === '"' || next === "'" || wordCharacters.test(next)) {
          word += next;
          at++;
        } else break;
      }
      yield word;
    } else yield character;
  }
}
