/**
 * The terminal, by blessed: its key parser and its comparison of screens, nothing else of it. One box holds lines that
 * are ours, and only what has changed of them is written.
 *
 * blessed knows neither today's terminfo files, nor bracketed paste, nor SIGHUP: it is given the description of xterm
 * that it brings along, what is typed comes through here first, and the terminal is put back by us however we end.
 */
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Widgets } from 'blessed';
import { PasteFilter } from './paste.ts';
import type { Size } from './row.ts';
import { patchWidths } from './widths.ts';

export interface ScreenEvents {
  key(name: string): void;
  pasted(text: string): void;
  wheel(by: number): void;
  clicked(row: number): void;
  resized(size: Size): void;
}

/** Alternate screen, cursor, mouse in all its forms, bracketed paste: as they were. */
const RESTORE = '\u001b[?1049l\u001b[?25h\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?2004l\u001b[m';
const PASTE_ON = '\u001b[?2004h';
/** A frame is shown at once by terminals that know that (DECSET 2026); others pass over it. */

export class Screen {
  readonly #output: NodeJS.WriteStream;
  readonly #input: NodeJS.ReadStream;
  readonly #screen: Widgets.Screen;
  readonly #box: Widgets.BoxElement;
  readonly #events: ScreenEvents;
  readonly #typed: PassThrough;
  readonly #onData: (bytes: Buffer) => void;
  readonly #onResize: () => void;
  #drawn = '';
  #isClosed = false;

  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream, events: ScreenEvents, isUnicode: boolean) {
    this.#input = input;
    this.#output = output;
    this.#events = events;
    const blessed = loadBlessed();
    patchWidths(blessed.unicode);
    const paste = new PasteFilter();
    // What blessed takes for the keyboard: a stream that looks like a terminal's.
    const typed = Object.assign(new PassThrough(), {
      isTTY: true,
      isRaw: false,
      setRawMode: (on: boolean) => input.setRawMode(on),
    });
    this.#typed = typed;
    this.#onData = (bytes) => {
      const { keys, pasted } = paste.take(bytes);
      if (keys.length > 0) typed.write(keys);
      for (const text of pasted) events.pasted(text);
    };
    input.on('data', this.#onData);
    this.#screen = new blessed.Screen({
      input: typed as unknown as NodeJS.ReadStream,
      output,
      terminal: terminfoFile(),
      fullUnicode: true,
      forceUnicode: isUnicode,
      warnings: false,
      smartCSR: false,
      fastCSR: false,
      dockBorders: false,
      autoPadding: false,
    } as Widgets.IScreenOptions);
    this.#box = new blessed.Box({
      parent: this.#screen,
      top: 0,
      left: 0,
      width: '100%',
      height: '100%',
      tags: false,
      wrap: false,
    });
    this.#screen.on('keypress', (character: string | undefined, key: Widgets.Events.IKeyEventArg) =>
      this.#pressed(character, key),
    );
    this.#onResize = () => {
      this.#drawn = '';
      events.resized(this.size);
    };
    output.on('resize', this.#onResize);
    output.write(PASTE_ON);
  }

  get size(): Size {
    return { width: Math.max(1, this.#output.columns ?? 80), height: Math.max(1, this.#output.rows ?? 24) };
  }

  /** Lines with SGR sequences of ours in them, none wider than the screen. Writes what differs from the last time. */
  draw(lines: readonly string[]): void {
    const content = lines.join('\n');
    if (this.#isClosed || content === this.#drawn) return;
    this.#drawn = content;
    this.#box.setContent(content);
    this.#screen.render();
  }

  /** Puts it into the clipboard of the terminal (OSC 52), where the terminal allows that. */
  copy(text: string): void {
    this.#output.write(`\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`);
  }

  /** While it is on, the terminal's own selection needs Shift. */
  setMouse(isOn: boolean): void {
    this.#output.write(isOn ? '\u001b[?1000h\u001b[?1006h' : '\u001b[?1000l\u001b[?1006l');
  }

  /** Gives the terminal back. May be called twice, and from wherever the process ends. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#input.off('data', this.#onData);
    this.#output.off('resize', this.#onResize);
    try {
      this.#screen.destroy();
    } catch {
      // Whatever blessed has against it, the terminal is put back below.
    }
    restoreTerminal(this.#input, this.#output);
    this.#typed.end();
  }

  #pressed(character: string | undefined, key: Widgets.Events.IKeyEventArg): void {
    const { name, full, ctrl, sequence } = key as Widgets.Events.IKeyEventArg & { readonly sequence?: string };
    const mouse = /^\u001b\[<(\d+);(\d+);(\d+)([Mm])$/.exec(sequence ?? '');
    if (mouse !== null) {
      this.#moused(Number(mouse[1]), Number(mouse[3]), mouse[4] === 'M');
      return;
    }
    // Enter comes twice, as `enter` and as `return`.
    if (name === 'return' || name === 'mouse') return;
    if (
      ctrl ||
      character === undefined ||
      name === 'enter' ||
      name === 'escape' ||
      name === 'tab' ||
      name === 'backspace'
    ) {
      this.#events.key(full ?? name ?? '');
    } else {
      this.#events.key(character === ' ' ? 'space' : character);
    }
  }

  #moused(button: number, row: number, isDown: boolean): void {
    if (button === 64) this.#events.wheel(-3);
    else if (button === 65) this.#events.wheel(3);
    else if (button === 0 && isDown) this.#events.clicked(row - 1);
  }
}

/** What must be written whatever has happened; safe at any time. */
export function restoreTerminal(input: NodeJS.ReadStream, output: NodeJS.WriteStream): void {
  try {
    if (input.isTTY) input.setRawMode(false);
    output.write(RESTORE);
  } catch {
    // The terminal has gone: there is nothing to restore.
  }
}

interface Blessed {
  readonly Screen: new (options: Widgets.IScreenOptions) => Widgets.Screen;
  readonly Box: new (options: Widgets.BoxOptions & { readonly wrap?: boolean }) => Widgets.BoxElement;
  readonly unicode: Parameters<typeof patchWidths>[0];
}

/** Its parts by their own files: the list of all its widgets is not needed, and not bundled. */
function loadBlessed(): Blessed {
  // Borders and bars are real characters, not letters of a second character set.
  process.env['NCURSES_NO_UTF8_ACS'] = '1';
  return {
    Screen: require('blessed/lib/widgets/screen'),
    Box: require('blessed/lib/widgets/box'),
    unicode: require('blessed/lib/unicode'),
  } as Blessed;
}

/** xterm's description, which blessed brings along and the build puts beside this part. */
function terminfoFile(): string {
  return join(__dirname, 'xterm.terminfo');
}
