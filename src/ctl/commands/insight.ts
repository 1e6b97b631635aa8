/** `why`, `graph`, `timeline` and `env`. */
import { parseArgs } from 'node:util';
import { words } from '../../config/python-text.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { loadPart } from '../part-loader.ts';
import { misused, whenUp } from '../results.ts';

export const why: Command = {
  name: 'why',
  isOurs: true,
  names: {},
  help: [
    'why\t\t\tWhy things are not up that should be',
    'why <name>\t\tWhy a process is as it is: the cause, its last ends, what it wrote before, what to do',
  ].join('\n'),
  run: (context, argument) =>
    whenUp(context, async () => (await loadPart('insight')).why(hostOf(context), words(argument))),
};

export const graph: Command = {
  name: 'graph',
  isOurs: true,
  help: 'graph\t\t\tWho depends on whom, and who holds up whom',
  async run(context, argument) {
    if (argument !== '') return misused(context, graph, 'graph accepts no arguments', exitCodes.INVALID_ARGS);
    return await whenUp(context, async () => (await loadPart('insight')).graph(hostOf(context)));
  },
};

export const env: Command = {
  name: 'env',
  isOurs: true,
  names: { single: true },
  help: [
    'env <name>\t\tThe environment that a process is started with, secrets masked',
    'env <name> --show-secrets\t...and not masked, over the unix socket only',
  ].join('\n'),
  async run(context, argument) {
    const given = words(argument);
    const names = given.filter((word) => word !== '--show-secrets');
    const [name, ...others] = names;
    if (name === undefined || others.length > 0 || name.startsWith('-')) {
      return misused(context, env, 'env takes one name, and perhaps --show-secrets', exitCodes.INVALID_ARGS);
    }
    const isShown = names.length < given.length;
    return await whenUp(context, async () => (await loadPart('insight')).env(hostOf(context), name, isShown));
  },
};

export const timeline: Command = {
  name: 'timeline',
  isOurs: true,
  staysOn: true,
  names: { groups: true },
  help: [
    'timeline\t\tWhat has happened, the newest last',
    'timeline <name>\t\t...to a process, or a group (<gname>:*)',
    '  --since 10m\t\tOnly what happened since then',
    '  --follow\t\tAnd what happens from now on, until Ctrl-C',
    '  -f\t\t\tThe same',
  ].join('\n'),
  printsJson: (argument) => readTimeline(words(argument))?.values.follow === true,
  async run(context, argument) {
    const given = readTimeline(words(argument));
    if (given === undefined) {
      return misused(context, timeline, 'timeline takes names, --since TIME and --follow', exitCodes.INVALID_ARGS);
    }
    const { since, follow: isFollowed, json: isJson } = given.values;
    return await whenUp(context, async () => {
      const part = await loadPart('insight');
      return await part.timeline(hostOf(context), { names: given.positionals, since, isFollowed, isJson });
    });
  },
};

function readTimeline(args: readonly string[]) {
  try {
    const options = {
      since: { type: 'string' },
      follow: { type: 'boolean', short: 'f', default: false },
      json: { type: 'boolean', default: false },
    } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch {
    return undefined;
  }
}

function hostOf({ login, isTerminal, print, report, notFound, orInterrupted }: CommandContext) {
  return { login, isTerminal, print, notFound, orInterrupted, ...(report && { report }) };
}
