/**
 * One reading of a configuration: what the files say, what may be asked of the system, and the problems found so
 * far. A setting that cannot be read leaves a problem and its default, so that reading goes on and finds the next
 * problem. The order of reading is Supervisor's, and so the first problem is the one that Supervisor would report.
 */
import { expand, type Names } from '../../config/expand.ts';
import type { IniFile, IniValue } from '../../config/ini.ts';
import type { Option, OptionTable, SettingOf } from '../../config/option.ts';
import type { FormatValue } from '../../config/percent-format.ts';
import { Refusal } from '../../config/values.ts';
import type { ConfigHost } from './host.ts';
import type { Problem } from './model.ts';
import type { WrittenDependency } from './order-options.ts';
import type { PortRange } from './port-options.ts';

/** The names that expand at some point; made only when a text has a `%`. */
export type Scope = () => Names;

export class Reading {
  readonly ini: IniFile;
  readonly host: ConfigHost;
  /** The main file as it was named, and the directory it stands in. */
  readonly file: string;
  readonly here: string;
  /** `ENV_X`: of the start-up environment, later of `[supervisord] environment` too. */
  readonly environment: Map<string, FormatValue>;
  readonly problems: Problem[] = [];
  /** Out of which automatic ports are taken: `[supervisord] port_range`. */
  portRange: PortRange = { first: 20_000, last: 29_999 };
  /** Answers the automatic port of a process; undefined when none is left. */
  autoPort: (slot: string) => number | undefined = () => undefined;
  /** What `depends_on` of each process (`group:name`) says, until all names are known. */
  readonly dependencies = new Map<string, readonly WrittenDependency[]>();
  /** How many processes there are to be of a section whose file says so many. */
  countOf: (section: string, written: number) => number = (_, written) => written;
  /** Set when an `environment` could not be read: names that are unknown since then are no news. */
  environmentIsPartial = false;
  readonly #seen = new Set<string>();

  constructor(ini: IniFile, host: ConfigHost, file: string, here: string, environment: Map<string, FormatValue>) {
    this.ini = ini;
    this.host = host;
    this.file = file;
    this.here = here;
    this.environment = environment;
  }

  /** `ENV_X` and what is given. */
  scope(names: Readonly<Record<string, FormatValue>> = {}): Scope {
    return () => new Map([...this.environment, ...Object.entries(names)]);
  }

  report(problem: Problem): void {
    const key = [problem.section, problem.key, problem.message, problem.suffix].join('\0');
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.problems.push(problem);
  }
}

/** Reads the settings of one section by their declarations. */
export class SectionReader<Table extends OptionTable> {
  readonly reading: Reading;
  readonly section: string;
  readonly #table: Table;
  readonly #suffix: string | undefined;

  constructor(reading: Reading, table: Table, section: string, suffix?: string) {
    this.reading = reading;
    this.section = section;
    this.#table = table;
    this.#suffix = suffix;
  }

  isWritten(key: string & keyof Table): boolean {
    return this.#found(key) !== undefined;
  }

  /** The value of a setting, or its default where it is not written or cannot be read. */
  read<Key extends string & keyof Table>(key: Key, scope: Scope): SettingOf<Table[Key]> {
    const option = this.#option(key);
    const found = this.#found(key);
    const expanded = found === undefined ? undefined : this.expanded(key, scope);
    const value = expanded === undefined ? undefined : this.#parsed(key, option, expanded);
    return (value ?? this.#default(option)) as SettingOf<Table[Key]>;
  }

  /** The expanded text of a setting that is written; undefined if it is not, or if it does not expand. */
  expanded(key: string & keyof Table, scope: Scope): string | undefined {
    const found = this.#found(key);
    return found === undefined ? undefined : this.expand(key, found.value, scope, `${this.section}.${key}`);
  }

  /** The text of a setting as it is written, or its default. */
  raw(key: string & keyof Table): string {
    return this.#found(key)?.value ?? this.#option(key).initial ?? '';
  }

  /** Expands a text that belongs to a setting, under the label that Supervisor's refusal shows. */
  expand(key: string & keyof Table, text: string, scope: Scope, label: string): string | undefined {
    return this.#expand(key, text, scope, label);
  }

  /** Expands a key that only a plug-in knows. */
  expandFurther(key: string, text: string, scope: Scope): string | undefined {
    return this.#expand(key, text, scope, `${this.section}.${key}`);
  }

  #expand(key: string, text: string, scope: Scope, label: string): string | undefined {
    if (!text.includes('%')) return text;
    try {
      return expand(text, scope(), label);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (this.reading.environmentIsPartial && error.message.includes("contains names ('ENV_")) return undefined;
      this.#problem(key, error.message, { got: text });
      return undefined;
    }
  }

  /** Reads a text as a setting of this key would be read; undefined after reporting why not. */
  parsed<Key extends string & keyof Table>(key: Key, text: string): SettingOf<Table[Key]> | undefined {
    return this.#parsed(key, this.#option(key), text) as SettingOf<Table[Key]> | undefined;
  }

  /** Reports a problem at a key that is in no table. */
  problemAt(key: string, message: string, details: Partial<Problem> = {}): void {
    this.#problem(key, message, details);
  }

  /** Reports a problem at a key, or at the section if there is none. */
  problem(key: (string & keyof Table) | undefined, message: string, details: Partial<Problem> = {}): void {
    this.#problem(key, message, details);
  }

  #problem(key: string | undefined, message: string, details: Partial<Problem>): void {
    const { ini } = this.reading;
    const found = key === undefined ? undefined : this.#found(key);
    const place = found?.place ?? ini.placeOf(this.section);
    this.reading.report({
      file: place?.file,
      line: place?.line,
      // What is inherited is wrong where it stands, and there it is wrong once.
      section: found?.from ?? this.section,
      key,
      message,
      ...(this.#suffix === undefined || found?.from !== undefined ? {} : { suffix: this.#suffix }),
      ...details,
    });
  }

  #option(key: string & keyof Table): Option<unknown> {
    const option = this.#table[key];
    if (option === undefined) throw new Error(`No setting "${key}" is declared for [${this.section}]`);
    return option;
  }

  #found(key: string): IniValue | undefined {
    return this.reading.ini.get(this.section, key);
  }

  #parsed(key: string & keyof Table, option: Option<unknown>, text: string): unknown {
    try {
      return option.type.parse(text, this.reading.host);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const message = option.refusal === undefined ? error.message : `${option.refusal} ${text}`;
      this.problem(key, message, { expected: option.type.expected, got: text });
      return undefined;
    }
  }

  #default(option: Option<unknown>): unknown {
    return option.initial === undefined ? undefined : option.type.parse(option.initial, this.reading.host);
  }
}
