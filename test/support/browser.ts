/**
 * A Chromium without a window, driven by the DevTools protocol over a pipe: no port, no WebSocket, no package. It has
 * a profile of its own and is gone with all its processes at the end.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { plainEnvironment } from './command.ts';
import { until } from './until.ts';

const flags = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-dev-shm-usage', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync', '--remote-debugging-pipe'],
];

interface Reply {
  readonly id?: number;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

export class Browser implements AsyncDisposable {
  readonly #profile = mkdtempSync(join(tmpdir(), 'browser-'));
  readonly #child: ChildProcess;
  readonly #commands: Writable;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #session: string | undefined;
  #id = 0;
  #rest = '';

  private constructor() {
    this.#child = spawn('/usr/bin/chromium', [...flags, `--user-data-dir=${this.#profile}`, 'about:blank'], {
      env: plainEnvironment({ HOME: this.#profile }),
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      detached: true, // its processes end as a group
    });
    const ended = { error: { message: 'the browser has ended' } };
    this.#child.on('exit', () => this.#waiting.forEach((tell) => void tell(ended)));
    const [, , , commands, replies] = this.#child.stdio;
    this.#commands = commands as Writable;
    this.#commands.on('error', () => undefined);
    (replies as Readable).setEncoding('utf8').on('data', (text: string) => this.#receive(text));
  }

  /** A browser with one page, of that size in pixels. */
  static async open(width = 1280, height = 800): Promise<Browser> {
    const browser = new Browser();
    try {
      const { targetId } = await browser.#send('Target.createTarget', { url: 'about:blank' });
      const { sessionId } = await browser.#send('Target.attachToTarget', { targetId, flatten: true });
      browser.#session = String(sessionId);
      await browser.#send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: true });
      return browser;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  async goTo(url: string): Promise<void> {
    await this.#send('Page.navigate', { url });
  }

  /** What a script in the page comes to; undefined while the page is being changed for another. */
  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.#send('Runtime.evaluate', { expression, returnByValue: true });
    return (result as { readonly value?: unknown }).value;
  }

  /** Clicks as a mouse does, in the middle of the first element that `selector` finds. */
  async click(selector: string): Promise<void> {
    const where = `(() => { const element = document.querySelector(${JSON.stringify(selector)});
      if (element === null || document.readyState !== 'complete') return null;
      element.scrollIntoView({ block: 'center' });
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 }; })()`;
    const point = await until(`the page has ${selector}`, async () => (await this.evaluate(where)) ?? undefined);
    for (const type of ['mousePressed', 'mouseReleased']) {
      await this.#send('Input.dispatchMouseEvent', { type, ...(point as object), button: 'left', clickCount: 1 });
    }
  }

  async close(): Promise<void> {
    const { pid } = this.#child;
    if (pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, 'exit');
      process.kill(-pid, 'SIGKILL');
      await gone;
      await until('no process of the browser is left', () => !isGroup(pid));
    }
    await until('the profile of the browser is gone', () => {
      rmSync(this.#profile, { recursive: true, force: true });
      return true;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #send(method: string, params: object): Promise<Readonly<Record<string, unknown>>> {
    this.#id += 1;
    const id = this.#id;
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    return new Promise((settle, reject) => {
      this.#waiting.set(id, ({ result = {}, error }) => {
        if (error === undefined) settle(result);
        else reject(new Error(`Cannot ${method}: ${error.message}`));
      });
      this.#commands.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    });
  }

  #receive(text: string): void {
    const messages = (this.#rest + text).split('\0');
    this.#rest = messages.pop() ?? '';
    for (const message of messages) {
      const reply = JSON.parse(message) as Reply;
      if (reply.id === undefined) continue;
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    }
  }
}

function isGroup(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}
