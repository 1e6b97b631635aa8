/** gunicorn: its arguments, GUNICORN_CMD_ARGS and its Python file, as far as that states plain values. */
import { splitCommand } from '../command-line.ts';
import { hasFlag, optionOf, type Program, signals } from './program.ts';
import type { ProgramRule } from './rule.ts';

interface Gunicorn {
  readonly args: readonly string[];
  /** The text of its file; empty without one, undefined if it cannot be read. */
  readonly file: string | undefined;
}

function gunicornOf(program: Program): Gunicorn | undefined {
  if (!/^gunicorn3?$/.test(program.name)) return undefined;
  const more = splitCommand(program.process.environment['GUNICORN_CMD_ARGS'] ?? '');
  const args = [...(more.type === 'argv' ? more.argv : []), ...program.args];
  const named = optionOf(args, '--config', '-c');
  const file =
    named === undefined ? (program.read('gunicorn.conf.py') ?? '') : program.read(named.replace(/^file:/, ''));
  return { args, file };
}

/** A plain value in the file: `daemon = True`. */
function inFile(text: string | undefined, key: string): string | undefined {
  return new RegExp(`^${key}\\s*=\\s*(\\w+)\\s*(?:#.*)?$`, 'm').exec(text ?? '')?.[1];
}

/** Seconds that it gives its workers after TERM; undefined if it cannot be said. */
function graceOf({ args, file }: Gunicorn): number | undefined {
  const written =
    optionOf(args, '--graceful-timeout') ?? (file === undefined ? undefined : inFile(file, 'graceful_timeout'));
  if (written !== undefined) return /^\d+$/.test(written) ? Number(written) : undefined;
  return file === undefined || file.includes('graceful_timeout') ? undefined : 30;
}

export const gunicornRules: readonly ProgramRule[] = [
  {
    id: 'gunicorn-daemon',
    title: 'gunicorn in the background',
    why: 'What goes to the background looks ended: it is started again and again, fails on its port, and is never stopped.',
    source: 'https://docs.gunicorn.org/en/stable/settings.html#daemon',
    look(program) {
      const gunicorn = gunicornOf(program);
      if (gunicorn === undefined) return;
      const isTold = hasFlag(gunicorn.args, '-D', '--daemon') || inFile(gunicorn.file, 'daemon') === 'True';
      if (!isTold) return;
      return {
        key: 'command',
        what: 'gunicorn is told to go to the background',
        fix: 'take --daemon (daemon = True) out',
      };
    },
  },
  {
    id: 'gunicorn-grace',
    title: 'gunicorn killed within its own grace',
    why: 'After TERM gunicorn lets its workers finish for up to graceful_timeout seconds (30); a smaller stopwaitsecs kills it, and with it requests, before.',
    source: 'https://docs.gunicorn.org/en/stable/settings.html#graceful-timeout',
    look(program) {
      const gunicorn = gunicornOf(program);
      const grace = gunicorn && graceOf(gunicorn);
      const { stopsignal, stopwaitsecs } = program.process;
      if (grace === undefined || stopsignal !== signals.TERM || stopwaitsecs >= grace) return;
      return {
        key: 'stopwaitsecs',
        what: `gunicorn gives its workers ${grace} s to finish, and is killed after ${stopwaitsecs}`,
        fix: `stopwaitsecs=${grace + 5}, or --graceful-timeout ${Math.max(1, stopwaitsecs - 1)}`,
      };
    },
  },
  {
    id: 'gunicorn-reload',
    title: 'gunicorn with --reload',
    why: 'It restarts workers whenever a source file changes; it is intended for development.',
    source: 'https://docs.gunicorn.org/en/stable/settings.html#reload',
    look(program) {
      const gunicorn = gunicornOf(program);
      if (gunicorn === undefined || !(hasFlag(gunicorn.args, '--reload') || inFile(gunicorn.file, 'reload') === 'True'))
        return;
      return { key: 'command', what: 'gunicorn --reload is meant for development', fix: 'take --reload out' };
    },
  },
];
