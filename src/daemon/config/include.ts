/**
 * The main file, and what its `[include]` names. Files are read one over the other: their sections merge, later keys
 * win. Nothing that goes wrong here leaves a configuration to look into, so it is a list of problems or the whole.
 */

import { IniFile, scan } from '../../config/ini.ts';
import { syntaxMessage } from '../../config/ini-errors.ts';
import { absolutePath, joinPath, parentOf } from '../../config/paths.ts';
import type { FormatValue } from '../../config/percent-format.ts';
import { words } from '../../config/python-text.ts';
import { includeOptions } from './daemon-options.ts';
import { defaultSection, inheritsDefault } from './default-section.ts';
import { glob } from './glob.ts';
import type { ConfigHost } from './host.ts';
import { throughIni } from './ini-package.ts';
import type { Problem } from './model.ts';
import { Reading, SectionReader } from './reading.ts';

export interface FileSet {
  readonly reading: Reading;
  /** The files that were read, as they were named, the main file first. */
  readonly files: readonly string[];
  /** The patterns that they were looked for with, from the directory of the main file. */
  readonly patterns: readonly string[];
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

/** Reads the main file and those it includes. If `ok` is false the problems are all there is. */
export function readFiles(
  file: string,
  environment: Map<string, FormatValue>,
  host: ConfigHost,
): { readonly ok: true; readonly set: FileSet } | { readonly ok: false; readonly problems: readonly Problem[] } {
  const ini = new IniFile();
  const directory = absolutePath(parentOf(file), host.cwd);
  const reading = new Reading(ini, host, file, directory, environment);
  const warnings: string[] = [];
  const infos: string[] = [];
  const files = [file];
  if (!addMain(reading)) return { ok: false, problems: reading.problems };
  const patterns = includePatterns(reading).map((pattern) => joinPath(directory, pattern));
  for (const whole of patterns) {
    const matches = glob(whole, host);
    if (matches.length === 0) warnings.push(`No file matches via include "${whole}"`);
    for (const match of matches) {
      infos.push(`Included extra file "${match}" during parsing`);
      if (addIncluded(reading, match)) files.push(match);
      ini.replaceHere(absolutePath(parentOf(match), host.cwd));
    }
  }
  ini.inherit(defaultSection, inheritsDefault);
  return reading.problems.length > 0
    ? { ok: false, problems: reading.problems }
    : { ok: true, set: { reading, files, patterns, warnings, infos } };
}

function addMain(reading: Reading): boolean {
  const { file, host } = reading;
  const read = host.readFile(file);
  if (read.type === 'missing' || read.type === 'unreadable') {
    const verb = read.type === 'missing' ? 'find' : 'read';
    reading.report(fileProblem(file, undefined, `could not ${verb} config file ${file}`));
    return false;
  }
  return addText(reading, file, read);
}

/** A file that cannot be read is passed over in silence, as in Supervisor. Answers whether it was read. */
function addIncluded(reading: Reading, file: string): boolean {
  const read = reading.host.readFile(file);
  if (read.type === 'missing' || read.type === 'unreadable') return false;
  return addText(reading, file, read);
}

function addText(
  reading: Reading,
  file: string,
  read: Extract<ReturnType<ConfigHost['readFile']>, { type: 'text' | 'undecodable' }>,
): boolean {
  const scanned = read.type === 'text' ? scan(read.text) : read;
  if (scanned.type === 'entries') {
    reading.ini.add(throughIni(scanned.entries), file);
    return true;
  }
  const message = syntaxMessage(scanned, file);
  if (scanned.type === 'bad lines') {
    // Supervisor names them all in one message; here each line is a problem, and the first carries that message.
    for (const [index, { line, shown }] of scanned.bad.entries()) {
      const own = `Cannot read a line that is neither a section, nor a setting, nor a comment`;
      const text = index === 0 ? message : own;
      reading.report({ ...fileProblem(file, line, text), expected: 'key = value or [section]', got: shown });
    }
    return false;
  }
  const line = scanned.type === 'no section' ? scanned.bad.line : scanned.line;
  const expected = scanned.type === 'no section' ? 'a [section] before the first setting' : 'text in UTF-8';
  reading.report({ ...fileProblem(file, line, message), expected });
  return false;
}

function fileProblem(file: string, line: number | undefined, message: string): Problem {
  return { file, line, section: undefined, key: undefined, message };
}

function includePatterns(reading: Reading): string[] {
  const { ini, here, host } = reading;
  if (!ini.has('include')) return [];
  ini.replaceHere(here);
  const reader = new SectionReader(reading, includeOptions, 'include');
  if (!reader.isWritten('files')) {
    reader.problem(undefined, '.ini file has [include] section, but no files setting');
    return [];
  }
  const scope = reading.scope({ here, host_node_name: host.hostname });
  return words(reader.expand('files', reader.raw('files'), scope, 'include.files') ?? '');
}
