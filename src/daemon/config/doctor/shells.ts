/** Shells: where one stands between the daemon and the program, and where one is missed. */
import { baseName, type Program } from './program.ts';
import type { Found, ProgramRule } from './rule.ts';

const isShell = (word: string): boolean => /^(?:ba|da|a|z|k|c|tc|fi)?sh$/.test(baseName(word));
/** Which give words of theirs to a shell, or make something of `$x` themselves. */
const understands =
  /^(?:ssh|su|sudo|runuser|xargs|find|awk|gawk|mawk|perl|envsubst|dockerize|script|watch|expect|sed|jq|confd|make|kubectl|docker|podman|tmux|screen|parallel|flock|setsid|timeout|eval|nsenter|chroot|unshare|s6-\w+|execlineb|busybox)$/;

/** The text that `sh -c` gets. */
function scriptOf({ argv }: Program): string | undefined {
  if (!isShell(argv[0] ?? '')) return undefined;
  const at = argv.findIndex((word, index) => index > 0 && /^-[a-z]*c$/.test(word));
  return at < 0 ? undefined : argv[at + 1];
}

/** Whether words are given to the program as they are: there is no shell, nor what knows its ways. */
function isPlain({ argv, name, args }: Program): boolean {
  if (argv.length === 0 || argv.some(isShell) || [argv[0] ?? '', name].some((word) => understands.test(baseName(word))))
    return false;
  return !args.some((word) => /^(?:-c|-e|-r|--eval|--execute)$/.test(word));
}

const operators = new Set(['&&', '||', '|', '>', '>>', '<', '&', '2>&1', '1>&2', '>&2', '&>', '2>', '2>>', ';']);

function operatorIn({ argv, process }: Program): string | undefined {
  const found = argv.slice(1).find((word) => operators.has(word) || /^[12&]?>>?(?:\/|&\d$)/.test(word));
  // Quoted it is meant: `grep '>' file`.
  return found !== undefined &&
    new RegExp(`\\s${found.replaceAll(/[|&>/.+*?()[\]{}\\$^]/g, '\\$&')}`).test(process.command)
    ? found
    : undefined;
}

const noShell = 'https://supervisord.org/subprocess.html#subprocess-environment';

export const shellRules: readonly ProgramRule[] = [
  {
    id: 'shell-operator',
    title: 'Shell syntax without a shell',
    why: 'No shell reads a command: `&&`, `|` and `>` are given to the program as words.',
    source: noShell,
    look(program): Found | undefined {
      const found = isPlain(program) ? operatorIn(program) : undefined;
      if (found === undefined) return;
      return {
        key: 'command',
        what: `No shell reads this command: the program is given the word ${found}`,
        fix: found.includes('>')
          ? 'stdout_logfile=…, redirect_stderr=true'
          : 'a script of your own, or bash -c "… && exec …"',
      };
    },
  },
  {
    id: 'shell-variable',
    title: 'A shell variable without a shell',
    why: 'No shell reads a command: `$HOME` is given to the program as it stands.',
    source: noShell,
    look(program) {
      if (!isPlain(program)) return;
      const name = program.argv
        .map((word) => /^(?:--?[\w-]+=)?\$\{?([A-Z][A-Z0-9_]*)\}?(?:\/|$)/.exec(word)?.[1])
        .find(Boolean);
      const written = program.written('command') ?? '';
      if (name === undefined || !new RegExp(`(?<!')\\$\\{?${name}\\b`).test(written)) return;
      return { key: 'command', what: `No shell reads this command: $${name} stays as it is`, fix: `%(ENV_${name})s` };
    },
  },
  {
    id: 'shell-builtin',
    title: 'A shell’s own command without a shell',
    why: 'No shell reads a command: there is no program with such a name.',
    source: noShell,
    look({ argv: [name = ''] }) {
      const isAssignment = /^[A-Z_][A-Z0-9_]*=/.test(name);
      if (!isAssignment && !/^(?:cd|source|\.|export|ulimit|exec|umask|set|trap|eval)$/.test(name)) return;
      const fixes: Readonly<Record<string, string>> = {
        cd: 'directory=…',
        exec: 'the command without exec',
        umask: 'umask=…',
        export: 'environment=…',
      };
      return {
        key: 'command',
        what: isAssignment
          ? 'No shell reads this command: a variable before it is taken for the program'
          : `No shell reads this command: ${name} is no program`,
        fix: isAssignment ? 'environment=NAME="value"' : (fixes[name] ?? 'a script of your own'),
      };
    },
  },
  {
    id: 'shell-loop',
    title: 'A loop in a shell that is stopped alone',
    why: 'The stop signal ends the shell; the command that the loop is at just then goes on.',
    source: 'https://supervisord.org/configuration.html#program-x-section-values',
    look(program) {
      const script = scriptOf(program);
      if (script === undefined || program.process.stopasgroup || !/(?:^|[;&|\n])\s*(?:while|until|for)\s/.test(script))
        return;
      return {
        key: 'command',
        what: 'A stop ends the shell, and not the command that its loop is at',
        fix: 'stopasgroup=true',
      };
    },
  },
  {
    id: 'node-scripts',
    title: 'npm or yarn in front of node',
    why: 'A package manager runs a script through a shell: the stop signal ends the first of them, and node may go on and keep the port.',
    source: 'https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md#cmd',
    look({ name, args, process }) {
      const word = args.find(
        (each, at) => !each.startsWith('-') && !/^(?:--prefix|--cwd|--dir|-C|-w)$/.test(args[at - 1] ?? ''),
      );
      const isRun = /^(?:npm|pnpm|yarn)$/.test(name) && /^(?:start|run|run-script|exec|serve|dev)$/.test(word ?? '');
      if ((!isRun && name !== 'npx') || process.stopasgroup) return;
      return {
        key: 'command',
        what: `A stop ends ${name}, and perhaps not what it runs`,
        fix: 'stopasgroup=true, or run node itself',
      };
    },
  },
];
