/**
 * Supervisor's INI dialect: Python's RawConfigParser with `strict=False`, `;` and `#` as comment prefixes, also
 * inside a line, and no interpolation. One pass over the lines, one look at each character.
 *
 *   [section]          up to the last `]` of the line; text after it does not count
 *   key = value        or `key: value`; the key in lower case, the value stripped
 *     more of it       indented deeper than the line with the key: belongs to the value, whatever it says
 *   ; comment          `#` too; behind white space also in the middle of a line
 *   [DEFAULT]          its keys show through every section
 *
 * `scan` makes settings of a text, `IniFile` is what several of them say together: sections merge, later keys win.
 */
import { isSpace, printed, strip, stripEnd } from './python-text.ts';

/** Where something stands: a file as it was named, and a line from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A section header, or a setting below one. */
export type Entry =
  | { readonly type: 'section'; readonly section: string; readonly line: number }
  | { readonly type: 'setting'; readonly section: string; readonly key: string; value: string; readonly line: number };

/** A line that is neither header nor setting. */
export interface BadLine {
  readonly line: number;
  /** The line as Python prints it: quoted, with its `\n`. */
  readonly shown: string;
}

export type Scan =
  | { readonly type: 'entries'; readonly entries: readonly Entry[] }
  | { readonly type: 'no section'; readonly bad: BadLine }
  | { readonly type: 'bad lines'; readonly bad: readonly BadLine[] };

const here = '%(here)s';

/** `[DEFAULT]`. */
const defaultSection = 'DEFAULT';

/** Reads one text. All bad lines are found, not the first only. */
export function scan(text: string): Scan {
  const entries: Entry[] = [];
  const bad: BadLine[] = [];
  let section: string | undefined;
  let setting: { key: string; parts: string[]; entry: Extract<Entry, { type: 'setting' }> } | undefined;
  let indent = 0;
  const finish = () => {
    if (setting !== undefined) setting.entry.value = stripEnd(setting.parts.join('\n'));
  };

  const lines = linesOf(text);
  for (const [index, whole] of lines.entries()) {
    const line = index + 1;
    const comment = commentStart(whole);
    const content = strip(comment === undefined ? whole : whole.slice(0, comment));
    if (content === '') {
      // An empty line inside a value is part of it; a comment there is nothing.
      if (comment === undefined && setting !== undefined && setting.key !== '') setting.parts.push('');
      continue;
    }
    const depth = whole.length - stripStart(whole).length;
    if (setting !== undefined && setting.key !== '' && depth > indent) {
      setting.parts.push(content);
      continue;
    }
    indent = depth;
    const close = content.startsWith('[') ? content.lastIndexOf(']') : -1;
    if (close > 1) {
      finish();
      section = content.slice(1, close);
      setting = undefined;
      entries.push({ type: 'section', section, line });
      continue;
    }
    // The last line of a text may lack its line end; Python shows the lines as they are.
    const shown = () => printed(line < lines.length || /[\r\n]$/.test(text) ? `${whole}\n` : whole);
    if (section === undefined) return { type: 'no section', bad: { line, shown: shown() } };
    const delimiter = content.search(/[=:]/);
    if (delimiter <= 0) bad.push({ line, shown: shown() });
    if (delimiter < 0) continue;
    finish();
    const key = stripEnd(content.slice(0, delimiter)).toLowerCase();
    const entry = { type: 'setting' as const, section, key, value: '', line };
    setting = { key, parts: [strip(content.slice(delimiter + 1))], entry };
    entries.push(entry);
  }
  finish();
  return bad.length > 0 ? { type: 'bad lines', bad } : { type: 'entries', entries };
}

/** Lines as Python's text files have them: LF, CR LF and CR end a line. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function stripStart(line: string): string {
  let at = 0;
  while (at < line.length && isSpace(line.charAt(at))) at++;
  return line.slice(at);
}

/**
 * Where a comment begins. Python looks at the n-th `;` and the n-th `#` together and stops at the first round in
 * which one of them follows white space, so in `x;y;z ;c #d` it is the `#` (the first one) that counts.
 */
function commentStart(line: string): number | undefined {
  if (!line.includes(';') && !line.includes('#')) return undefined;
  const first = stripStart(line).charAt(0);
  if (first === ';' || first === '#') return 0;
  let positions = [-1, -1];
  const prefixes = [';', '#'];
  while (positions.some((at) => at !== Number.POSITIVE_INFINITY)) {
    positions = positions.map((at, which) => {
      const next = at === Number.POSITIVE_INFINITY ? -1 : line.indexOf(prefixes[which] ?? '', at + 1);
      return next < 0 ? Number.POSITIVE_INFINITY : next;
    });
    const starts = positions.filter((at) => at !== Number.POSITIVE_INFINITY && isCommentAt(line, at));
    if (starts.length > 0) return Math.min(...starts);
  }
  return undefined;
}

function isCommentAt(line: string, at: number): boolean {
  return at === 0 || isSpace(line.charAt(at - 1));
}

export interface IniValue {
  readonly value: string;
  readonly place: Place;
  /** The section that it is written in, where that is another one (`inherit`). */
  readonly from?: string;
}

/** What the files read so far say: sections in the order in which they first appeared. */
export class IniFile {
  readonly #sections = new Map<string, { readonly place: Place; readonly settings: Map<string, IniValue> }>();
  readonly #defaults = new Map<string, IniValue>();
  /** Which settings hold a `%(here)s` that was not replaced yet: replacing must not look at all of them each time. */
  readonly #withHere = new Map<string, Set<string>>();
  #parent = '';
  #isHeir: (section: string, key: string) => boolean = () => false;

  /** Adds one file's entries over what is there. */
  add(entries: readonly Entry[], file: string): void {
    for (const entry of entries) {
      const place = { file, line: entry.line };
      const known = this.#sections.get(entry.section);
      if (entry.type === 'setting') {
        const settings = entry.section === defaultSection ? this.#defaults : known?.settings;
        settings?.set(entry.key, { value: entry.value, place });
        if (entry.value.includes(here)) this.#noteHere(entry.section, entry.key);
      } else if (entry.section !== defaultSection && known === undefined) {
        this.#sections.set(entry.section, { place, settings: new Map() });
      }
    }
  }

  sections(): string[] {
    return [...this.#sections.keys()];
  }

  has(section: string): boolean {
    return this.#sections.has(section);
  }

  /** Where a section first appeared. */
  placeOf(section: string): Place | undefined {
    return this.#sections.get(section)?.place;
  }

  /** Lets sections inherit the keys of another one, those that `isHeir` says; what is their own wins over them. */
  inherit(parent: string, isHeir: (section: string, key: string) => boolean): void {
    this.#parent = parent;
    this.#isHeir = isHeir;
  }

  /** A section's own value, or what it inherits, or `[DEFAULT]`'s. */
  get(section: string, key: string): IniValue | undefined {
    const found = this.#sections.get(section);
    if (found === undefined) return undefined;
    return found.settings.get(key) ?? this.#inherited(section, key) ?? this.#defaults.get(key);
  }

  #inherited(section: string, key: string): IniValue | undefined {
    const value = this.#sections.get(this.#parent)?.settings.get(key);
    return value !== undefined && this.#isHeir(section, key) ? { ...value, from: this.#parent } : undefined;
  }

  /** The keys of a section, its own first, then those that it inherits, then those that only `[DEFAULT]` has. */
  keys(section: string): string[] {
    const found = this.#sections.get(section);
    if (found === undefined) return [];
    const inherited = this.ownKeys(this.#parent).filter((key) => this.#isHeir(section, key));
    return [...new Set([...found.settings.keys(), ...inherited, ...this.#defaults.keys()])];
  }

  /** The keys that are written in the section itself. */
  ownKeys(section: string): string[] {
    return [...(this.#sections.get(section)?.settings.keys() ?? [])];
  }

  /**
   * Puts a directory in place of every `%(here)s`, in all sections. Supervisor does so textually after each file it
   * includes, so that the text of a file gets that file's directory. `%%(here)s` is a literal `%(here)s` and stays.
   */
  replaceHere(directory: string): void {
    const defaults = this.#withHere.get(defaultSection) ?? [];
    const sections = this.#withHere.has(defaultSection) ? this.sections() : [...this.#withHere.keys()];
    for (const section of sections) {
      for (const key of new Set([...(this.#withHere.get(section) ?? []), ...defaults])) {
        const found = this.get(section, key);
        if (found === undefined || !found.value.includes(here)) continue;
        const value = found.value.replace(/%%|%\(here\)s/g, (match) => (match === '%%' ? match : directory));
        this.#sections.get(section)?.settings.set(key, { value, place: found.place });
      }
    }
    // `[DEFAULT]` itself keeps its text, for the sections that are still to come.
    for (const section of sections) this.#withHere.delete(section);
  }

  #noteHere(section: string, key: string): void {
    const keys = this.#withHere.get(section) ?? new Set();
    this.#withHere.set(section, keys.add(key));
  }
}
