/**
 * The terminal, by blessed: its key parser and its comparison of screens, nothing else of it. The cells of lines that
 * have changed are filled by us, and only cells that have changed are written. (A box of blessed with the same lines as
 * its content takes ten times as long: it takes all of them apart, each time.)
 *
 * blessed knows neither today's terminfo files, nor bracketed paste, nor SIGHUP: it is given the description of xterm
 * that it brings along, what is typed comes through here first, and the terminal is put back by us however we end.
 */
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Widgets } from 'blessed';
import { MouseFilter, type MouseReport } from './mouse.ts';
import { apart, PasteFilter } from './paste.ts';
import type { Line, Size } from './row.ts';
import { SequenceJoiner } from './sequences.ts';
import { columnsOf } from './text.ts';
import type { Theme } from './theme.ts';
import type { Drawn } from './view.ts';
import { patchWidths } from './widths.ts';

export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly theme: Theme;
  readonly isUnicode: boolean;
}

export interface ScreenEvents {
  key(name: string): void;
  pasted(text: string): void;
  wheel(by: number): void;
  clicked(row: number): void;
  resized(size: Size): void;
}

/** Alternate screen, cursor, mouse in all its forms, bracketed paste: as they were. */
const RESTORE = '\u001b[?1049l\u001b[?25h\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?2004l\u001b[m';
/** So long an Escape may be the beginning of another key. */
const ESCAPE_MS = 40;
const PASTE_ON = '\u001b[?2004h';

/** A line of blessed's: cells of attributes and a character; a wide one is followed by a cell that shows nothing. */
type Cells = [attributes: number, character: string][] & { dirty?: boolean };
type Lines = readonly Cells[];

const AFTER_WIDE = '\u0000';

export class Screen {
  readonly #output: NodeJS.WriteStream;
  readonly #input: NodeJS.ReadStream;
  readonly #screen: Widgets.Screen;
  readonly #theme: Theme;
  readonly #events: ScreenEvents;
  readonly #typed: PassThrough;
  readonly #onData: (bytes: Buffer) => void;
  readonly #onResize: () => void;
  /** What each line shows, so that one that shows it already is not filled again. */
  #drawn: string[] = [];
  /** Keeps what is held from being taken as it is. */
  #cancelEscape: () => void = () => undefined;
  #isClosed = false;

  constructor({ input, output, theme, isUnicode }: Terminal, events: ScreenEvents) {
    this.#input = input;
    this.#output = output;
    this.#events = events;
    this.#theme = theme;
    const blessed = loadBlessed();
    patchWidths(blessed.unicode);
    const paste = new PasteFilter();
    const mouse = new MouseFilter();
    // What blessed takes for the keyboard: a stream that looks like a terminal's.
    const typed = Object.assign(new PassThrough(), {
      isTTY: true,
      isRaw: false,
      setRawMode: (on: boolean) => input.setRawMode(on),
    });
    this.#typed = typed;
    const sequences = new SequenceJoiner();
    const take = (bytes: Buffer) => {
      const { keys: unpasted, pasted } = paste.take(bytes);
      const { keys, reports } = mouse.take(unpasted);
      for (const report of reports) this.#moused(report);
      for (const key of apart(keys)) typed.write(key);
      for (const text of pasted) events.pasted(text);
    };
    this.#onData = (bytes) => {
      this.#cancelEscape();
      take(sequences.take(bytes));
      if (!sequences.isHolding) return;
      const wait = setTimeout(() => {
        // After a long frame the rest may be there and not read yet: that comes before what is immediate.
        const turn = setImmediate(() => take(sequences.rest()));
        this.#cancelEscape = () => clearImmediate(turn);
      }, ESCAPE_MS);
      this.#cancelEscape = () => clearTimeout(wait);
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
    this.#screen.on('keypress', (character: string | undefined, key: Widgets.Events.IKeyEventArg) =>
      this.#pressed(character, key),
    );
    this.#onResize = () => {
      this.#drawn = [];
      events.resized(this.size);
    };
    output.on('resize', this.#onResize);
    output.write(PASTE_ON);
  }

  get size(): Size {
    return { width: Math.max(1, this.#output.columns ?? 80), height: Math.max(1, this.#output.rows ?? 24) };
  }

  /** No line may be wider than the screen. Writes what differs from the last time. */
  draw(drawn: readonly Drawn[]): void {
    if (this.#isClosed) return;
    const lines = (this.#screen as unknown as { readonly lines: Lines }).lines;
    let isChanged = false;
    lines.forEach((cells, row) => {
      const { line = [], isSelected = false } = drawn[row] ?? {};
      const shown = `${isSelected ? '>' : ''}${line.map(({ text, role = '' }) => `${role}\n${text}`).join('\n')}`;
      if (this.#drawn[row] === shown) return;
      this.#drawn[row] = shown;
      this.#fill(cells, line, isSelected);
      isChanged = true;
    });
    if (isChanged) this.#screen.draw(0, lines.length - 1);
  }

  #fill(cells: Cells, line: Line, isSelected: boolean): void {
    let column = 0;
    const put = (attributes: number, character: string) => {
      const cell = cells[column];
      if (cell === undefined) return;
      cell[0] = attributes;
      cell[1] = character;
      column += 1;
    };
    for (const { text, role = 'plain' } of line) {
      // Inverted, a colour on its own background may not be readable: the words say it.
      const attributes = isSelected ? this.#theme.selected : this.#theme[role];
      for (const character of text) {
        const columns = character < '\u007f' ? 1 : columnsOf(character);
        const before = cells[column - 1];
        if (columns > 0) put(attributes, character);
        else if (before !== undefined) before[1] += character; // a mark on the character before it
        if (columns === 2) put(attributes, AFTER_WIDE);
      }
    }
    while (column < cells.length) put(this.#theme.plain, ' ');
    cells.dirty = true;
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
    this.#cancelEscape();
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
    const { name, full, ctrl } = key;
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

  #moused({ button, row, isDown }: MouseReport): void {
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
  readonly unicode: Parameters<typeof patchWidths>[0];
}

/** Its parts by their own files: the list of all its widgets is not needed, and not bundled. */
function loadBlessed(): Blessed {
  // Borders and bars are real characters, not letters of a second character set.
  process.env['NCURSES_NO_UTF8_ACS'] = '1';
  return {
    Screen: require('blessed/lib/widgets/screen'),
    unicode: require('blessed/lib/unicode'),
  } as Blessed;
}

/** xterm's description, which blessed brings along and the build puts beside this part. */
function terminfoFile(): string {
  return join(__dirname, 'xterm.terminfo');
}
