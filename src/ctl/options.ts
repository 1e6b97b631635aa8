import { printed } from '../config/python-text.ts';
import type { OptionTable } from '../getopt.ts';

/** supervisorctl's options, and `--version`, which Supervisor's lacks. */
export const optionTable = {
  configuration: { short: 'c', long: 'configuration', takesValue: true },
  help: { short: 'h?', long: 'help', acts: true },
  history_file: { short: 'r', long: 'history_file', takesValue: true },
  interactive: { short: 'i', long: 'interactive' },
  password: { short: 'p', long: 'password', takesValue: true },
  serverurl: { short: 's', long: 'serverurl', takesValue: true, refuse: refuseUrl, repeats: showsMany },
  username: { short: 'u', long: 'username', takesValue: true },
  version: { long: 'version', acts: true },
} as const satisfies OptionTable;

/** The dashboard alone shows several daemons, by names of one's own. */
export function showsMany([verb]: readonly string[]): boolean {
  return verb === 'dashboard' || verb === 'top';
}

// What Python's urlparse finds a scheme in, and anything behind it.
function refuseUrl(value: string, words: readonly string[]): string | undefined {
  const url = showsMany(words) ? value.replace(/^[^=:/]+=/, '') : value;
  const rest = /^[a-z][a-z0-9+.-]*:(.*)$/is.exec(url)?.[1] ?? '';
  const hostAndPath = rest.replace(/^\/\//, '').replace(/[;?#].*$/s, '');
  return hostAndPath === '' ? `value ${printed(value)} is not a URL` : undefined;
}
