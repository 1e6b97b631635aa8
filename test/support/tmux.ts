/**
 * A terminal as a person has it, to see the very screen that a program leaves there: tmux, with a server of its own.
 * What is typed goes through a real pty; what is read is what is on the screen, escape sequences obeyed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { until } from './until.ts';

const WIDTH = 100;
const HEIGHT = 50;
const ENDED = /^ended with (\d+)$/m;

/** How a program has left the terminal that it runs in. */
interface TerminalModes {
  readonly isAlternate: boolean;
  readonly hasCursor: boolean;
  readonly hasMouse: boolean;
}

export class Terminal implements AsyncDisposable {
  readonly #dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));

  private constructor() {}

  /** A terminal with `argv` running in it. When that ends, the screen stays. */
  static async open(
    argv: readonly string[],
    env: Readonly<Record<string, string>>,
    { width = WIDTH, height = HEIGHT }: { readonly width?: number; readonly height?: number } = {},
  ): Promise<Terminal> {
    const terminal = new Terminal();
    const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    const size = ['-x', String(width), '-y', String(height)];
    const keep = ['set-option', '-g', 'remain-on-exit', 'on', ';', 'set-option', '-g', 'history-limit', '10000', ';'];
    // What programs copy by OSC 52 is taken, as people set it who want that.
    keep.push('set-option', '-s', 'set-clipboard', 'on', ';');
    const command = ['/bin/sh', '-c', 'trap : INT; "$@"; echo "ended with $?"', 'sh', ...argv];
    await terminal.#tmux('-f', '/dev/null', ...keep, 'new-session', '-d', ...size, ...variables, '--', ...command);
    return terminal;
  }

  /** Types text as it is, and then presses keys (see `presses`). */
  async types(text: string, ...keys: readonly string[]): Promise<void> {
    await this.#tmux('send-keys', '-l', text, ...(keys.length > 0 ? [';', 'send-keys', ...keys] : []));
  }

  /** Presses keys that tmux names: `Enter`, `Tab`, `C-c`, `Up`. */
  async presses(...keys: readonly string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys);
  }

  /** Gives the terminal another size, as somebody does who drags its window. */
  async resize(width: number, height: number): Promise<void> {
    await this.#tmux('resize-window', '-x', String(width), '-y', String(height));
  }

  /** What is on the screen now; `isColoured`: with the sequences that give it its colours. */
  async capture(isColoured = false): Promise<string> {
    return await this.#tmux('capture-pane', '-p', ...(isColoured ? ['-e'] : []));
  }

  /** Pastes text as terminals do: in brackets, if the program has asked for them. */
  async pastes(text: string): Promise<void> {
    await this.#tmux('set-buffer', text, ';', 'paste-buffer', '-p', '-r');
  }

  /** Sends bytes to the program as they are and at once, as a terminal does that reports its mouse. */
  async sends(bytes: string): Promise<void> {
    await this.#tmux('set-buffer', '-b', 'bytes', bytes, ';', 'paste-buffer', '-r', '-d', '-b', 'bytes');
  }

  /** From now on all that is written to the terminal goes into a file too, byte by byte. */
  async records(file: string): Promise<void> {
    await this.#tmux('pipe-pane', `exec cat >>'${file}'`);
  }

  /** What a program has copied last. */
  async clipboard(): Promise<string> {
    return await this.#tmux('show-buffer');
  }

  /** What the program has set, while it runs: of a program that has ended tmux hides the cursor itself. */
  async modes(): Promise<TerminalModes> {
    const text = await this.#tmux('display-message', '-p', '#{alternate_on} #{cursor_flag} #{mouse_any_flag}');
    const [alternate, cursor, mouse] = text.trim().split(' ');
    return { isAlternate: alternate === '1', hasCursor: cursor === '1', hasMouse: mouse === '1' };
  }

  /** Of the shell that the program runs under. */
  async shellPid(): Promise<number> {
    return Number(await this.#tmux('display-message', '-p', '#{pane_pid}'));
  }

  /** Everything that is or was on the screen, without blanks at the ends of lines. */
  async screen(): Promise<string> {
    return (await this.#tmux('capture-pane', '-p', '-S', '-')).trimEnd();
  }

  /** Waits until the screen fits, and answers it. */
  async sees(what: string, fits: (screen: string) => boolean): Promise<string> {
    let screen = '';
    const ask = async () => {
      screen = await this.screen();
      return fits(screen) && screen;
    };
    return await until(`the terminal shows ${what}`, ask, { evidence: () => screen });
  }

  /** Waits until the bell rings, if it has not since the last time. */
  async rings(when: string): Promise<void> {
    const hasRung = async () => (await this.#tmux('display-message', '-p', '#{window_bell_flag}')) === '1\n';
    await until(`the bell rings at ${when}`, hasRung);
    await this.#tmux('kill-session', '-C'); // no session ends: it takes the flag away
  }

  /** The exit status of the program, once it has ended. (tmux misses the end of its child now and then.) */
  async ended(): Promise<number> {
    const status = (screen: string) => ENDED.exec(screen)?.[1];
    return Number(status(await this.sees('how the program ended', (screen) => status(screen) !== undefined)));
  }

  async #tmux(...words: string[]): Promise<string> {
    const { stdout, stderr, code } = await runCommand(['/usr/bin/tmux', '-S', join(this.#dir, 'tmux'), ...words]);
    if (code !== 0) throw new Error(`tmux ${words.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux('kill-server').catch(() => undefined);
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
