import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Json } from '../../scripts/corpus/answer.ts';

export type OracleRequest =
  | { readonly kind: 'ini'; readonly files: readonly Uint8Array[] }
  | {
      readonly kind: 'options';
      /** By their paths; `supervisord.conf` is the main one. */
      readonly files: Readonly<Record<string, Uint8Array>>;
      readonly env: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'value'; readonly environment: string }
  | { readonly kind: 'value'; readonly command: string }
  | { readonly kind: 'value'; readonly parse: string; readonly text: string }
  | { readonly kind: 'value'; readonly format: string; readonly names: Readonly<Record<string, string | number>> };

export interface OracleAnswer {
  readonly error?: string;
  /** Supervisor does not refuse: it dies of an exception. */
  readonly crash?: true;
  readonly [key: string]: Json | undefined;
}

/** Supervisor's own parser in one process, which reads many files from a stream. */
export class ConfigOracle {
  /** Its working directory; the answers name it. */
  readonly directory: string = realpathSync(mkdtempSync(join(tmpdir(), 'oracle-')));
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    const script = join(import.meta.dirname, 'oracle-config.py');
    const env = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1' };
    this.#child = spawn('/usr/bin/python3', [script, this.directory], { stdio: ['pipe', 'pipe', 'inherit'], env });
    if (this.#child.stdout === null) throw new Error('The oracle has no output');
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Asks all at once; the answers come in the same order. */
  async ask(requests: readonly OracleRequest[]): Promise<OracleAnswer[]> {
    const lines = requests.map((request) => JSON.stringify(encoded(request)));
    this.#child.stdin?.write(lines.map((line) => `${line}\n`).join(''));
    const answers: OracleAnswer[] = [];
    while (answers.length < requests.length) {
      const next = await this.#lines.next();
      if (next.done === true) throw new Error(`The oracle ended after ${answers.length} of ${requests.length} answers`);
      answers.push(JSON.parse(next.value.replaceAll(this.directory, '/corpus')));
    }
    return answers;
  }

  async close(): Promise<void> {
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin?.end();
    await exited;
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function encoded(request: OracleRequest): unknown {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  if (request.kind === 'ini') return { ...request, files: request.files.map(text) };
  if (request.kind === 'value') return request;
  const files = Object.entries(request.files).map(([path, bytes]) => [path, text(bytes)]);
  return { ...request, files: Object.fromEntries(files) };
}
