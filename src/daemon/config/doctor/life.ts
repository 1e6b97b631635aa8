/** Starting, ending and starting again. */
import { absolutePath } from '../../../config/paths.ts';
import { baseName, isOfSystem, optionOf, type Program } from './program.ts';
import type { FileRule, ProgramRule } from './rule.ts';

const short =
  /^(?:date|hostname|ls|echo|printf|true|mkdir|cp|mv|rm|chown|chmod|touch|ln|cat|pwd|id|whoami|uname|sync|logrotate|update-ca-certificates|envsubst)$/;
const shortCommands =
  /^(?:migrate|collectstatic|schedule:run|db:migrate|config:cache|route:cache|storage:link|compilemessages|createcachetable)$/;

/** Whether it surely ends by itself. */
function isShort({ name, args, argv }: Program): boolean {
  if (baseName(argv[0] ?? '') !== name)
    return /^(?:manage\.py|artisan)$/.test(name) && shortCommands.test(args[0] ?? '');
  if (name === 'cat') return args.length > 0 && args.every((word) => /^[\w./]*\w$/.test(word));
  return (
    (isOfSystem(argv[0] ?? '') && short.test(name)) ||
    (/^(?:manage\.py|artisan)$/.test(name) && shortCommands.test(args[0] ?? ''))
  );
}

const servers = /^(?:gunicorn3?|uvicorn|daphne|hypercorn|waitress-serve|puma|thin|flask)$/;

export const lifeRules: readonly (ProgramRule | FileRule)[] = [
  {
    id: 'startsecs-zero',
    title: 'startsecs=0 with restarts',
    why: 'With startsecs=0 every start counts as a success: what cannot start is started again at once, for ever, and startretries never counts.',
    source: 'https://supervisord.org/subprocess.html#process-states',
    look(program) {
      const { autorestart, startsecs } = program.process;
      const hasRetries = Number(program.written('startretries') ?? 0) > 0;
      if (
        startsecs > 0 ||
        !(autorestart === true || (autorestart === 'unexpected' && hasRetries)) ||
        program.isListener
      )
        return;
      return {
        key: 'startsecs',
        what: 'With startsecs=0 a program that cannot start is started again for ever',
        fix: 'startsecs=1; for something that runs once autorestart=false',
      };
    },
  },
  {
    id: 'runs-once',
    title: 'A command that ends by itself',
    why: 'What ends before startsecs have passed is taken for a failed start, tried again and given up as FATAL; with autorestart=true it is run over and over.',
    source: 'https://supervisord.org/subprocess.html#process-states',
    look(program) {
      const { startsecs, autorestart } = program.process;
      if (!isShort(program) || program.isListener || (startsecs <= 0 && autorestart !== true)) return;
      if (startsecs <= 0) return; // startsecs-zero says so
      return {
        key: 'command',
        what: `${program.name} ends by itself, which is taken for a failed start`,
        fix: 'startsecs=0, autorestart=false',
      };
    },
  },
  {
    id: 'relative-command',
    title: 'A relative path beside directory',
    why: 'The program is looked for from where the daemon was started, and run from directory: such a path must be right from both.',
    source: 'https://supervisord.org/configuration.html#program-x-section-values',
    look({ argv: [path = ''], process, written }, { host, config }) {
      const { directory } = process;
      // What a variable holds is for its machine to say.
      if (written('command')?.startsWith('%(') === true) return;
      if (!/^[^/~].*\//.test(path) || directory === undefined) return;
      const starts = [host.cwd, config.supervisord.directory].filter((start) => start !== undefined);
      if (starts.some((start) => absolutePath(start, host.cwd) === absolutePath(directory, host.cwd))) return;
      if (host.exists(absolutePath(path, host.cwd))) return;
      return {
        key: 'command',
        what: 'A relative path is looked for from where the daemon was started, not from directory',
        fix: 'the whole path',
      };
    },
  },
  {
    id: 'directory-missing',
    title: 'A directory that is not there',
    why: 'The program cannot be started until the directory is there: the start fails with a spawn error.',
    source: 'https://supervisord.org/configuration.html#program-x-section-values',
    look({ process: { directory } }, { host }) {
      if (directory === undefined || directory === '' || host.isDirectory(directory)) return;
      return { key: 'directory', what: 'This directory does not exist', fix: 'make it, or correct directory' };
    },
  },
  {
    id: 'one-port-for-all',
    title: 'Several processes on one port',
    why: 'All processes of the program listen on the same port: the first gets it, the others fail.',
    source: 'https://supervisord.org/configuration.html#program-x-section-values',
    look({ name, args, processes }) {
      if (!servers.test(name) || processes.length < 2) return;
      const commands = new Set(processes.map((process) => process.command));
      const port = optionOf(args, '--port', '--bind', '-b', '-p');
      if (
        commands.size > 1 ||
        port === undefined ||
        !/\d$/.test(port) ||
        port.startsWith('unix:') ||
        port.startsWith('fd:')
      )
        return;
      if (args.some((word) => /reuse|--fd|reload/.test(word))) return;
      return {
        key: 'numprocs',
        what: `${processes.length} processes listen on the same port`,
        fix: 'port=8000 and %(port)d in the command; or one process with more workers',
      };
    },
  },
  {
    id: 'descriptors',
    title: 'More programs than file descriptors',
    why: 'Each process takes five of the daemon’s file descriptors, and minfds is what it is sure to have; beyond that nothing can be started.',
    source: 'https://supervisord.org/configuration.html#supervisord-section-values',
    survey({ config }) {
      const processes = config.groups.reduce((sum, group) => sum + group.processes.length, 0);
      const need = processes * 5 + 64;
      if (need <= config.supervisord.minfds) return [];
      return [
        {
          section: 'supervisord',
          key: 'minfds',
          what: `${processes} processes need about ${need} file descriptors, and minfds is ${config.supervisord.minfds}`,
          fix: `minfds=${need}`,
        },
      ];
    },
  },
];
