import type { Command } from '../command.ts';
import { complete } from '../completion.ts';
import type { ProcessInfo } from '../supervisor.ts';
import { candidatesFor } from './line.ts';

/** Tab in the shell: for Supervisor's verbs what Supervisor's offers, for ours what bash and the others would. */
export async function completeInShell(
  line: string,
  commands: readonly Command[],
  processes: () => Promise<readonly ProcessInfo[]>,
): Promise<readonly [hits: readonly string[], word: string]> {
  const words = line.trimStart().split(/\s+/);
  const isOurs = commands.some(({ name, isOurs: ours }) => ours && name === words[0]);
  if (!isOurs || words.length < 2) {
    return complete(
      line,
      commands.map(({ name }) => name),
      processes,
    );
  }
  const found = await candidatesFor(words, commands, {
    processes: async () => (await processes()).map((info) => ({ ...info, tags: [] })),
    available: async () => [],
    jobs: async () => [],
    files: () => [],
    signals: [],
  });
  return [found.map(({ value }) => (value.endsWith('=') ? value : `${value} `)), words.at(-1) ?? ''];
}
