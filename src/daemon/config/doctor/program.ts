/** A program section as the rules see it: what it runs, seen through the wrappers around it, and what it wrote. */
import type { IniFile } from '../../../config/ini.ts';
import { absolutePath } from '../../../config/paths.ts';
import { splitCommand } from '../command-line.ts';
import type { ConfigHost } from '../host.ts';
import type { GroupConfig, ProcessConfig } from '../model.ts';

export interface Program {
  readonly section: string;
  /** The first of its processes, and all of them. */
  readonly process: ProcessConfig;
  readonly processes: readonly ProcessConfig[];
  /** Its command split into words; empty if it cannot be. */
  readonly argv: readonly string[];
  /** The program that runs in the end, without its directory: `gunicorn` of `/usr/bin/env python3 -m gunicorn`. */
  readonly name: string;
  /** What that program gets. */
  readonly args: readonly string[];
  readonly isListener: boolean;
  /** The text of a setting as it stands in the file; undefined if it does not stand there. */
  written(key: string): string | undefined;
  /** A file as the program would find it; undefined if it cannot be read. */
  read(path: string): string | undefined;
}

export function programsOf(groups: readonly GroupConfig[], ini: IniFile, host: ConfigHost): Program[] {
  const bySection = new Map<string, { readonly process: ProcessConfig; readonly all: ProcessConfig[] }>();
  for (const process of groups.flatMap(({ processes }) => processes)) {
    const known = bySection.get(process.section);
    if (known === undefined) bySection.set(process.section, { process, all: [process] });
    else known.all.push(process);
  }
  return [...bySection].map(([section, { process, all }]) => {
    const split = splitCommand(process.command);
    const argv = split.type === 'argv' ? split.argv : [];
    const { name, args } = innermost(argv);
    const directory = absolutePath(process.directory ?? '.', host.cwd);
    return {
      section,
      process,
      processes: all,
      argv,
      name,
      args,
      isListener: section.startsWith('eventlistener:'),
      written: (key) => ini.get(section, key)?.value,
      read(path) {
        const read = host.readFile(absolutePath(path, directory));
        return read.type === 'text' ? read.text : undefined;
      },
    };
  });
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether a command is one of the system's: a program of somebody's own may have any name. */
export function isOfSystem(path: string): boolean {
  return /^(?:\/(?:usr\/)?s?bin\/)?[^/]+$/.test(path);
}

/** Wrappers that take options only, and then a command. */
const plainWrappers = new Set(['nice', 'ionice', 'stdbuf', 'tini', 'dumb-init', 'xvfb-run', 'chrt', 'taskset']);
/** Wrappers that take one word, and then a command. */
const wordWrappers = new Set(['envdir', 'setuidgid', 'gosu', 'su-exec']);
/** `bundle exec puma`. */
const subcommands: Readonly<Record<string, string>> = {
  bundle: 'exec',
  poetry: 'run',
  pipenv: 'run',
  uv: 'run',
  pdm: 'run',
  'newrelic-admin': 'run-program',
};

function innermost(argv: readonly string[]): { readonly name: string; readonly args: readonly string[] } {
  let rest = [...argv];
  for (;;) {
    const [first = '', ...args] = rest;
    const name = baseName(first);
    const inner = unwrapped(name, args);
    if (inner === undefined) return { name, args };
    rest = inner;
  }
}

/** The command inside a wrapper; undefined if this is none, or not understood. */
function unwrapped(name: string, args: readonly string[]): string[] | undefined {
  if (name === 'env')
    return from(
      args,
      args.findIndex((word) => !/^\w+=/.test(word)),
    );
  if (plainWrappers.has(name))
    return from(
      args,
      args.findIndex((word) => !/^-|^\d+$/.test(word)),
    );
  if (wordWrappers.has(name)) return args.length > 1 ? args.slice(1) : undefined;
  if (subcommands[name] !== undefined) return args[0] === subcommands[name] ? from(args, 1) : undefined;
  if (/^(python|pypy)[\d.]*$/.test(name)) return script(args, ['-W', '-X'], /^-(?:[uOBEIsS]+|[WX].+)$/);
  if (/^php[\d.]*$/.test(name)) return script(args, ['-d', '-c'], /^-[dc].+$/);
  return undefined;
}

function from(args: readonly string[], at: number): string[] | undefined {
  const first = args[at];
  return at < 0 || first === undefined || first.startsWith('-') ? undefined : args.slice(at);
}

/** `-u -m gunicorn app` and `manage.py runserver`, without what the interpreter takes for itself. */
function script(args: readonly string[], withValue: readonly string[], plain: RegExp): string[] | undefined {
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '-m') return from(args, at + 1);
    if (withValue.includes(word)) at++;
    else if (!word.startsWith('-')) return args.slice(at);
    else if (!plain.test(word)) return undefined;
  }
  return undefined;
}

/** The value of an option: `--bind=x`, `--bind x`, `-b x`, `-bx`; of several the last. */
export function optionOf(args: readonly string[], ...names: readonly string[]): string | undefined {
  let value: string | undefined;
  for (const [at, word] of args.entries()) {
    for (const name of names) {
      if (word === name) value = args[at + 1] ?? value;
      else if (name.startsWith('--') && word.startsWith(`${name}=`)) value = word.slice(name.length + 1);
      else if (!name.startsWith('--') && word.startsWith(name) && !word.startsWith('--'))
        value = word.slice(name.length);
    }
  }
  return value;
}

/** Whether one of these words stands there. */
export function hasFlag(args: readonly string[], ...names: readonly string[]): boolean {
  return args.some((word) => names.includes(word));
}

/** Whether one of these letters may be given, alone or among others: `D` of `-De`. */
export function hasLetter(args: readonly string[], letters: string): boolean {
  return args.some((word) => /^-[a-z0-9]/i.test(word) && [...letters].some((letter) => word.includes(letter)));
}

/** The numbers of the signals that rules speak of. */
export const signals = { INT: 2, QUIT: 3, TERM: 15 } as const;
