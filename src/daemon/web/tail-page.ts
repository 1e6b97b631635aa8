/** The end of a process's log, as it is now (supervisor/web.py, TailView). */
import { faultCodes } from '../../rpc/faults.ts';
import { unexpected } from './actions.ts';
import { type Html, html, quote } from './escape.ts';
import { layout } from './layout.ts';
import type { PageDaemon } from './model.ts';

const MIN_BYTES = 1024;
/** Supervisor has no limit; here one reader costs a bounded amount of memory. */
const MAX_BYTES = 4 * 1024 * 1024;

export interface TailRequest {
  /** As the request names it; empty if it does not. */
  readonly name: string;
  /** Of what to show, in bytes: as it was written. */
  readonly limit: string;
  /** `stderr`, or anything else for stdout. */
  readonly channel: string;
}

export async function tailPage(daemon: PageDaemon, { name, limit, channel }: TailRequest): Promise<string> {
  if (name === '') {
    const nothing = html`<pre>No process name found</pre>\n${backLink}`;
    return layout(daemon, 'Supervisor tail of process None', nothing);
  }
  const bytes = Math.min(Math.max(/^\d+$/.test(limit) ? Number(limit) : MIN_BYTES, MIN_BYTES), MAX_BYTES);
  const isStderr = channel === 'stderr';
  const text = await logText(daemon, name, bytes, isStderr);
  const link = (label: string, size: number, ofStderr: boolean, isHere: boolean): Html =>
    html`<li><a class="button" href="tail.html?processname=${quote(name)}&amp;limit=${size}${
      ofStderr && html`&amp;channel=stderr`
    }"${isHere && html` aria-current="page"`}>${label}</a></li>\n`;
  const content = html`<h2><bdi>${name}</bdi></h2>
<ul id="buttons">
${link('Refresh', bytes, isStderr, false)}${link('stdout', bytes, false, !isStderr)}${link('stderr', bytes, true, isStderr)}
${sizes.map(([label, size]) => link(label, size, isStderr, size === bytes))}</ul>
<pre>${text !== '' && html`\n${text}`}</pre>
${backLink}`;
  return layout(daemon, `Supervisor tail of process ${name}`, content);
}

const sizes = [
  ['1 kB', MIN_BYTES],
  ['16 kB', 16 * MIN_BYTES],
  ['256 kB', 256 * MIN_BYTES],
] as const;

const backLink = html`<p><a href="./">Back to the status page</a></p>`;

async function logText(daemon: PageDaemon, name: string, bytes: number, isStderr: boolean): Promise<string> {
  const outcome = await daemon.call(isStderr ? 'readProcessStderrLog' : 'readProcessStdoutLog', name, -bytes, 0);
  if ('value' in outcome) return outcome.value;
  return outcome.code === faultCodes.NO_FILE ? `No file for ${name}` : `ERROR: ${unexpected(outcome)}`;
}
