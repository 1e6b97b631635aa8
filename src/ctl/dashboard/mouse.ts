/**
 * Takes what the mouse does out of what is typed (xterm's SGR reports: `ESC [ < button ; column ; row M`, `m` when it is
 * let go). blessed's key parser passes over them. A report may be cut anywhere after its `ESC [ <` between two reads.
 */

export interface MouseReport {
  readonly button: number;
  /** From 1, at the top of the screen. */
  readonly row: number;
  readonly isDown: boolean;
}

const REPORT = /\u001b\[<(\d+);\d+;(\d+)([Mm])/g;
const BEGUN = /\u001b\[<[\d;]{0,12}$/;

export class MouseFilter {
  #held = '';

  take(bytes: Buffer): { readonly keys: Buffer; readonly reports: readonly MouseReport[] } {
    const reports: MouseReport[] = [];
    const text = (this.#held + bytes.toString('latin1')).replace(REPORT, (_, button, row, end) => {
      reports.push({ button: Number(button), row: Number(row), isDown: end === 'M' });
      return '';
    });
    this.#held = BEGUN.exec(text)?.[0] ?? '';
    return { keys: Buffer.from(text.slice(0, text.length - this.#held.length), 'latin1'), reports };
  }
}
