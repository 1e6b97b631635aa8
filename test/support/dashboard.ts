/** The dashboard in a terminal, as the tests of it look at it. */
import { ours, type TestDaemon } from './daemon.ts';
import type { Terminal } from './tmux.ts';
import { until } from './until.ts';

export const dashboardEnv = { LANG: 'C.UTF-8', TERM: 'xterm-256color' };

/** The words that open it for that daemon. */
export function dashboardOf(daemon: TestDaemon, ...args: readonly string[]): string[] {
  return [...ours.ctl, '-c', daemon.file, 'dashboard', ...args];
}

/** Waits until the row under the cursor, which stands out, has that name. */
export async function cursorIsOn(terminal: Terminal, name: string): Promise<void> {
  let line = '';
  const ask = async () => {
    line = (await terminal.capture(true)).split('\n').find((one) => /\u001b\[(?:[0-9]+;)*7m/.test(one)) ?? '';
    return line.replace(/\u001b\[[0-9;]*m/g, '').includes(` ${name} `);
  };
  await until(`the cursor is on ${name}`, ask, { evidence: () => line });
}

/** A key of the tables of keys, as tmux names it. */
export function tmuxKey(key: string): string {
  const names: Readonly<Record<string, string>> = {
    escape: 'Escape',
    enter: 'Enter',
    space: 'Space',
    pageup: 'PageUp',
    pagedown: 'PageDown',
    up: 'Up',
    down: 'Down',
    left: 'Left',
    right: 'Right',
    home: 'Home',
    end: 'End',
  };
  return names[key] ?? key;
}
