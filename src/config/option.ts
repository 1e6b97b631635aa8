/**
 * A setting is declared once: what type it has, what it is when it is not written, which names expand in it and what
 * it does. The TypeScript types, the reading, `docs/config.md`, `etc/sample.conf` and every "did you mean" are
 * made from these declarations.
 */
import type { ValueType } from './values.ts';

/**
 * Which `%(name)s` a setting may use, each level with those above it:
 * - `environment`: `ENV_X` of the start-up environment, below `[supervisord]` also of its `environment`;
 * - `here`: and the directory of the main file;
 * - `node`: and `host_node_name`;
 * - `program`: and `program_name`, `group_name`, `host_node_name`;
 * - `process`: and `process_num`, `numprocs`;
 * - `own environment`: and `ENV_X` of the program's own `environment`.
 */
export type NamesLevel = 'environment' | 'here' | 'node' | 'program' | 'process' | 'own environment';

export interface Option<T> {
  readonly type: ValueType<T>;
  /** The default, as one would write it. Without it, not writing the setting means "none". */
  readonly initial?: string;
  /** The default in words, where there is no text for it. */
  readonly initially?: string;
  readonly names: NamesLevel;
  /** One sentence for the manual. */
  readonly doc: string;
  readonly required?: true;
  /** What Supervisor says, before the text, instead of the type's own refusal. */
  readonly refusal?: string;
  /** Ours: Supervisor ignores it. */
  readonly ours?: true;
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The type of a setting's value. */
export type ValueOf<O> = O extends { readonly type: ValueType<infer T> } ? T : never;

/** What reading a setting gives: its value, or undefined if it may be absent and has no default. */
export type SettingOf<O> = O extends { readonly initial: string } ? ValueOf<O> : ValueOf<O> | undefined;
