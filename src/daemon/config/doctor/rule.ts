/**
 * The doctor: a lint for configurations that are read without a problem and will yet not do what was meant.
 *
 * Each rule is declared once: what it is called, why it matters, who says so, and how it looks. The warnings, their
 * sources and docs/doctor.md are made from these declarations. A rule is pure: it looks at what was read, and may read
 * files through the host that reading a configuration has anyhow.
 *
 * A rule that may be wrong stays silent. What decides often stands in another file (`nginx.conf`, `uwsgi.ini`): it is
 * looked into if it can be read, and if it cannot there is no warning.
 */
import type { IniFile, Place } from '../../../config/ini.ts';
import type { ConfigHost } from '../host.ts';
import type { LoadedConfig } from '../model.ts';
import type { Program } from './program.ts';

/** What a rule has to say, at a key of the section that it looked at. */
export interface Found {
  readonly key?: string;
  /** What is wrong: one sentence, a capital first, no full stop, no value that may be secret. */
  readonly what: string;
  /** What to type. */
  readonly fix: string;
}

export interface FoundAt extends Found {
  readonly section: string;
  /** Where neither the key's place nor the section's is meant. */
  readonly place?: Place;
}

export interface RuleBase {
  readonly id: string;
  readonly title: string;
  /** One sentence: what happens. */
  readonly why: string;
  /** A page of the documentation or manual of the project that says so. */
  readonly source: string;
  /** Only of interest to whoever wants to use the file with Supervisor too. */
  readonly for?: 'supervisor';
}

/** Looks at one program section at a time. */
export interface ProgramRule extends RuleBase {
  look(program: Program, context: Context): Found | undefined;
}

/** Looks at everything. */
export interface FileRule extends RuleBase {
  survey(context: Context): readonly FoundAt[];
}

export type Rule = ProgramRule | FileRule;

export interface Context {
  readonly config: LoadedConfig;
  readonly ini: IniFile;
  readonly host: ConfigHost;
  /** One for each section that defines processes. */
  readonly programs: readonly Program[];
}
