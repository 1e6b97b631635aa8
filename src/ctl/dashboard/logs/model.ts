/**
 * The log view as one value: of one program, of many merged, of all. Lines come in as messages; what it wants done (a
 * stream opened again from another moment, text copied) goes out as commands. Pure: the time comes with each message.
 */
import type { Size } from '../row.ts';
import { emptyRing, type Ring } from './ring.ts';
import { openSieve, type Sieve } from './sieve.ts';

/** A place on the screen: a line, and which of the rows that it is wrapped into. */
export interface Place {
  readonly serial: number;
  readonly row: number;
}

export interface LogModel {
  /** With the view's own status line, which is the last. */
  readonly size: Size;
  /** Whose lines are shown, in their order; their names stand before the lines if there are several. */
  readonly names: readonly string[];
  readonly ring: Ring;
  readonly sieve: Sieve;
  /** The first row of the screen; undefined: the last lines are shown, and new ones as they come. */
  readonly top: Place | undefined;
  readonly isWrapped: boolean;
  /** Columns that are out of sight to the left. */
  readonly left: number;
  readonly hasTimes: boolean;
  /** The streams are held: nothing comes, nothing is lost. */
  readonly isPaused: boolean;
  /** What is being typed; undefined: keys are keys. */
  readonly typing: { readonly purpose: 'filter' | 'moment'; readonly text: string } | undefined;
  readonly lastFilter: string;
  /** The line that `n` came to. */
  readonly current: number | undefined;
  /** Lines chosen to be copied, by `v`: from where it was pressed to where the cursor is now. */
  readonly chosen: { readonly from: number; readonly to: number } | undefined;
  readonly notice: string;
}

/** A line as a daemon tells it. */
export interface NewLine {
  readonly name: string;
  readonly isError: boolean;
  readonly text: string;
}

/** `at` is the time of the message, in milliseconds since the epoch; of lines 0 if they may be older than that. */
export type LogMessage =
  /** Other programs, or the same from another moment: what was here goes. */
  | {
      readonly type: 'opened';
      readonly names: readonly string[];
      /** The first lines are looked at, not the newest. */
      readonly isFromStart?: boolean;
    }
  | { readonly type: 'lines'; readonly lines: readonly NewLine[]; readonly at: number }
  /** Something of our own among the lines: what is missing, that the daemon is away. */
  | { readonly type: 'said'; readonly text: string; readonly at: number }
  | { readonly type: 'key'; readonly key: string; readonly at: number }
  | { readonly type: 'pasted'; readonly text: string }
  /** By so many rows. */
  | { readonly type: 'wheel'; readonly by: number }
  | { readonly type: 'resized'; readonly size: Size }
  /** Answers the command of that name: goes on with a filter. */
  | { readonly type: 'sift' };

export type LogCommand =
  /** Open the streams anew, from that moment on (`since=` of /logs). */
  | { readonly type: 'reopen'; readonly since: string }
  | { readonly type: 'hold'; readonly isHeld: boolean }
  | { readonly type: 'copy'; readonly text: string }
  /** Send `sift` when there is nothing more urgent. */
  | { readonly type: 'sift' };

export interface LogUpdated {
  readonly model: LogModel;
  readonly commands: readonly LogCommand[];
}

export function logModel(size: Size): LogModel {
  return {
    size,
    names: [],
    ring: emptyRing,
    sieve: openSieve,
    top: undefined,
    isWrapped: false,
    left: 0,
    hasTimes: false,
    isPaused: false,
    typing: undefined,
    lastFilter: '',
    current: undefined,
    chosen: undefined,
    notice: '',
  };
}
