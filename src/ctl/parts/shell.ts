import { readFileSync, writeFileSync } from 'node:fs';
import type { Command, Outcome } from '../command.ts';
import { completeInShell } from '../complete/shell-line.ts';
import type { ProcessInfo } from '../supervisor.ts';
import type { Editing, Input } from './terminal.ts';

/** What the shell needs of the command that opens it. */
export interface ShellHost {
  readonly prompt: string;
  readonly historyFile: string | undefined;
  readonly commands: readonly Command[];
  run(line: string): Promise<Outcome>;
  processes(): Promise<readonly ProcessInfo[]>;
  readLine(prompt: string, editing: Editing): Promise<Input>;
  print(line: string): void;
  /** Whether `error` is Ctrl-C at a question. */
  isInterrupt(error: unknown): boolean;
}

/** Runs `status`, then what is typed, until the end of input, Ctrl-C or `quit`. */
export async function runShell(host: ShellHost): Promise<void> {
  const history = readHistory(host.historyFile);
  // Tab may be pressed many times: the daemon is asked once a line.
  let known: Promise<readonly ProcessInfo[]> | undefined;
  const editing: Editing = {
    history,
    complete: (line) =>
      completeInShell(line, host.commands, () => {
        known ??= host.processes();
        return known;
      }),
  };
  // Ctrl-C while a command runs; at the prompt the terminal tells of it as a key.
  const onInterrupt = () => {
    host.print('');
    writeHistory(host.historyFile, history);
    process.exit(0);
  };
  process.on('SIGINT', onInterrupt);
  try {
    for (let line = 'status'; (await host.run(line)) !== 'quit'; ) {
      const input = await host.readLine(host.prompt, editing);
      known = undefined;
      if (input.type === 'interrupt') {
        host.print('');
        break;
      }
      line = input.type === 'end' ? 'EOF' : input.text;
    }
  } catch (error) {
    if (!host.isInterrupt(error)) throw error;
    host.print('');
  } finally {
    process.off('SIGINT', onInterrupt);
    writeHistory(host.historyFile, history);
  }
}

/** Newest first, as the line editor keeps them; the file has the newest last. */
function readHistory(file: string | undefined): string[] {
  if (file === undefined) return [];
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .reverse();
  } catch {
    return []; // the first time, or not readable: the shell works without
  }
}

function writeHistory(file: string | undefined, history: readonly string[]): void {
  if (file === undefined) return;
  try {
    writeFileSync(
      file,
      [...history]
        .reverse()
        .map((line) => `${line}\n`)
        .join(''),
      { mode: 0o600 },
    );
  } catch {
    // As with reading: a shell that cannot keep its history is still a shell.
  }
}
