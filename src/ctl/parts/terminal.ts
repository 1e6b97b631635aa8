import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { StringDecoder } from 'node:string_decoder';
import { isatty, ReadStream } from 'node:tty';
import { TabKey } from '../completion.ts';
import { writeError, writeOut } from '../output.ts';

/**
 * Whoever is typing: at a terminal, with line editing, or through a pipe. Nothing is read ahead of need while
 * a command runs, so that `fg` finds its own input, and a pasted second line is kept for the next question.
 */
export type Input =
  | { readonly type: 'line'; readonly text: string }
  /** Ctrl-D, or the end of the pipe. */
  | { readonly type: 'end' }
  /** Ctrl-C. */
  | { readonly type: 'interrupt' };

export interface Editing {
  /** Newest first; what is typed is put in front. */
  readonly history: string[];
  complete(line: string): Promise<readonly [hits: readonly string[], word: string]>;
}

/** Lines of a stream that is no terminal, or of one that is not to be edited. */
export class LineStream {
  readonly #stream: NodeJS.ReadableStream & { destroy(): void };
  readonly #decoder = new StringDecoder('utf8');
  #text = '';
  #isEnded = false;
  #onChange: (() => void) | undefined;

  constructor(stream: NodeJS.ReadableStream & { destroy(): void }) {
    this.#stream = stream;
    stream.on('data', (bytes: Buffer) => this.#changed(this.#decoder.write(bytes), false));
    stream.on('end', () => this.#changed('', true));
    stream.on('error', () => this.#changed('', true));
    stream.pause();
  }

  async next(): Promise<Input> {
    for (;;) {
      const end = this.#text.indexOf('\n');
      if (end >= 0 || (this.#isEnded && this.#text !== '')) return { type: 'line', text: this.#take(end) };
      if (this.#isEnded) return { type: 'end' };
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
        this.#stream.resume();
      });
      this.#stream.pause();
    }
  }

  close(): void {
    this.#stream.destroy();
  }

  #take(end: number): string {
    const line = end < 0 ? this.#text : this.#text.slice(0, end);
    this.#text = end < 0 ? '' : this.#text.slice(end + 1);
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }

  #changed(text: string, isEnded: boolean): void {
    this.#text += text;
    this.#isEnded ||= isEnded;
    this.#onChange?.();
  }
}

const pasted: string[] = [];
let halfTyped = '';
let piped: LineStream | undefined;

/** Both ends are a terminal: lines are edited, as with Python's `input`. */
export function isTerminal(): boolean {
  return isatty(0) && isatty(1);
}

/** Shows `prompt` and answers with the next line. */
export async function readLine(prompt: string, editing?: Editing): Promise<Input> {
  if (isTerminal()) return editLine(prompt, editing);
  writeOut(prompt);
  piped ??= new LineStream(process.stdin);
  return piped.next();
}

/** Lines without editing, for a process in the foreground; at a terminal the kernel echoes them. */
export function plainLines(): { next(): Promise<Input>; close(): void } {
  if (!isatty(0)) {
    piped ??= new LineStream(process.stdin);
    const lines = piped;
    return { next: () => lines.next(), close: () => {} };
  }
  // Opened anew: Ctrl-D ends this stream, and the shell goes on with process.stdin.
  return new LineStream(new ReadStream(openSync('/proc/self/fd/0', 'r')));
}

function editLine(prompt: string, editing: Editing | undefined): Promise<Input> {
  const waiting = pasted.shift();
  if (waiting !== undefined) {
    writeOut(`${prompt}${waiting}\n`);
    return Promise.resolve({ type: 'line', text: waiting });
  }
  const { promise, resolve } = deferred<Input>();
  const reader = createInterface({
    input: process.stdin,
    output: process.stdout,
    prompt,
    terminal: true,
    history: editing?.history ?? [],
    historySize: editing === undefined ? 0 : Number.MAX_SAFE_INTEGER,
    ...(editing && { completer: completerOf(editing, () => reader.prompt(true)) }),
  });
  let typed: string | undefined;
  const finish = (input: Input) => {
    halfTyped = typed === undefined ? '' : reader.line;
    reader.close();
    resolve(input);
  };
  reader.on('line', (text) => {
    if (typed !== undefined) {
      pasted.push(text);
      return;
    }
    typed = text;
    // Not at once: the rest of a paste comes before this.
    setImmediate(() => finish({ type: 'line', text }));
  });
  reader.on('history', (history) => editing?.history.splice(0, Number.POSITIVE_INFINITY, ...history));
  reader.once('SIGINT', () => finish({ type: 'interrupt' }));
  reader.once('close', () => typed === undefined && resolve({ type: 'end' }));
  reader.prompt();
  if (halfTyped !== '') reader.write(halfTyped);
  return promise;
}

type Completer = (line: string, done: (error: null, result: [string[], string]) => void) => Promise<void>;

/** node:readline is only asked to insert: it would show candidates unsorted, in rows, a blank line after them. */
function completerOf(editing: Editing, redraw: () => void): Completer {
  const tab = new TabKey();
  return async (line, done) => {
    const found = await editing.complete(line).catch(() => [[], ''] as const);
    const { insert, show, rings } = tab.press(line, found, process.stdout.columns);
    if (rings) writeOut('\x07');
    if (show !== '') {
      writeOut(`\r\n${show}`);
      redraw();
    }
    done(null, [insert === '' ? [] : [insert], '']);
  };
}

/** Asks at the controlling terminal without echo; without one, in the open, as Python's getpass does. */
export async function readSecret(prompt: string): Promise<Input> {
  const fd = controllingTerminal();
  if (fd === undefined) {
    writeError(`Warning: Password input may be echoed.\n${prompt}`);
    piped ??= new LineStream(process.stdin);
    return piped.next();
  }
  writeError(prompt);
  const terminal = new ReadStream(fd).setRawMode(true);
  const { promise, resolve } = deferred<Input>();
  let secret = '';
  terminal.setEncoding('utf8');
  terminal.on('error', () => resolve({ type: 'end' }));
  terminal.on('data', (text: string) => {
    for (const key of text) {
      if (key === '\r' || key === '\n') resolve({ type: 'line', text: secret });
      else if (key === '\x03') resolve({ type: 'interrupt' });
      else if (key === '\x04') resolve({ type: 'end' });
      else if (key === '\x7f' || key === '\b') secret = Array.from(secret).slice(0, -1).join('');
      else secret += key;
    }
  });
  const input = await promise;
  terminal.setRawMode(false);
  terminal.destroy();
  writeError('\n');
  return input;
}

function controllingTerminal(): number | undefined {
  try {
    const fd = openSync('/dev/tty', 'r+');
    if (isatty(fd)) return fd;
    closeSync(fd);
  } catch {
    // There is none: a service, a pipeline in CI.
  }
  return undefined;
}

/** Lets go of the input, so that the process can end. */
export function close(): void {
  if (piped !== undefined) process.stdin.destroy();
}

function deferred<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
