/**
 * Configurations changed at random, at the level of the text: values, keys, sections, indentation, comments,
 * expansions, quotes, environment strings and numbers. The same generator makes the same files again.
 */
import { headers, snippets, values } from './config-settings.ts';
import {
  booleans,
  characters,
  delimiters,
  environments,
  expansions,
  noiseParts,
  numbers,
  texts,
} from './config-words.ts';

export class Mutator {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('Nothing to pick from');
    return item;
  }

  /** Some changes to a text. */
  mutate(text: string, changes: number): string {
    let lines = text.split('\n');
    for (let done = 0; done < changes; done++) lines = this.#change(lines);
    return lines.join('\n');
  }

  /** A text of nothing but trouble for the INI parser. */
  noise(): string {
    const lines = Array.from({ length: 1 + this.below(12) }, () => {
      const parts = Array.from({ length: this.below(5) }, () => this.pick(noiseParts));
      return this.pick(['', '', '', ' ', '\t', '  ']) + parts.join('');
    });
    const start = this.below(4) === 0 ? '' : this.pick(['[s]', '[program:x]', '[DEFAULT]', '[s] ; c']);
    return [start, ...lines].join(this.pick(['\n', '\n', '\r\n', '\r']));
  }

  #change(lines: string[]): string[] {
    const at = this.below(lines.length);
    const line = lines[at] ?? '';
    const replace = (text: string) => lines.with(at, text);
    const insert = (...more: string[]) => lines.toSpliced(at, 0, ...more);
    const setting = /^(\s*)([\w.-]+)(\s*[=:]\s*)(.*)$/s.exec(line);
    switch (this.below(16)) {
      case 0:
      case 1:
      case 2:
        return setting === null ? insert(this.#setting()) : replace(this.#newValue(setting));
      case 3:
        return insert(this.#setting());
      case 4:
        return this.below(3) === 0 ? lines.toSpliced(at, 1) : insert(line);
      case 5:
        return replace(this.pick([' ', '\t', '   ', '\u00a0']) + line);
      case 6:
        return replace(
          line + this.pick([' ; c', ';c', ' #c', '#c', '\t;c', ' ;', 'x;y ;z #a', '; [x]', ' # %(nope)s']),
        );
      case 7:
        return insert(this.pick(['', ' ', '; comment', '  # comment', '\t', '#']));
      case 8:
        return [...lines, ...this.pick(snippets).split('\n')];
      case 9:
        return setting === null
          ? replace(this.#insertInto(line))
          : replace(line.replace(/[=:]/, this.pick(delimiters)));
      case 10:
        return replace(this.#insertInto(line, this.pick(expansions)));
      case 11:
        return replace(this.#insertInto(line, this.pick(['"', "'", '\\', '\\"', '""', ',', '%', ']', '['])));
      case 12:
        return replace(this.#insertInto(line));
      case 13:
        return /^\[/.test(line) ? replace(this.#newHeader(line)) : insert(this.pick(headers));
      case 14:
        return line.length === 0
          ? lines
          : replace(line.slice(0, this.below(line.length)) + line.slice(1 + this.below(line.length)));
      default: {
        const other = this.below(lines.length);
        return lines.with(at, lines[other] ?? '').with(other, line);
      }
    }
  }

  #setting(): string {
    const key = this.pick(Object.keys(values));
    return `${key}${this.pick(delimiters)}${this.#value(key)}`;
  }

  #newValue([, indent = '', key = '', delimiter = '=']: RegExpExecArray): string {
    return `${indent}${key}${delimiter}${this.#value(key.toLowerCase())}`;
  }

  #value(key: string): string {
    const own = values[key] ?? texts;
    if (this.below(8) === 0) return this.pick([...texts, ...numbers, ...booleans, ...environments]);
    const value = this.pick(own);
    return this.below(10) === 0 ? this.#insertInto(value, this.pick(expansions)) : value;
  }

  #insertInto(text: string, what: string = this.pick(characters)): string {
    const at = this.below(text.length + 1);
    return text.slice(0, at) + what + text.slice(at);
  }

  #newHeader(line: string): string {
    const more = this.pick(['zzz', ' ; c', ']', '] ]', '', 'x', ' ', '#']);
    if (this.below(2) === 0) return line + more;
    return this.pick([
      line.toUpperCase(),
      line.replace(']', ''),
      line.replace('[', '[ '),
      ` ${line}`,
      this.pick(headers),
    ]);
  }
}
