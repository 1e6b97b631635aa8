/** The text of the file that nginx includes (ngx_http_upstream_module). */
import type { SocketAddress } from '../os/sockaddr.ts';
import { targetText } from '../probes/target.ts';
import type { WishedServer } from './servers.ts';

/** nginx refuses an upstream without any server. */
const nobody = '    server 127.0.0.1:9 down; # no process of these programs is there';

/** What gets no requests stands there as `down`, so that the file names every process, and is never empty. */
export function nginxFile(name: string, options: string, servers: readonly WishedServer[]): string {
  const lines = servers.map(({ name: process, address, state }) => {
    const words = ['server', nginxAddress(address), options, state === 'in' ? '' : 'down'].filter(
      (word) => word !== '',
    );
    return `    ${words.join(' ')}; # ${process}`;
  });
  return [
    `# Kept by tssupervisord for [upstream:${name}]: what is changed here by hand is lost.`,
    `upstream ${name} {`,
    ...(lines.length === 0 ? [nobody] : lines),
    '}',
    '',
  ].join('\n');
}

/** Quoted where a word of nginx would end before it does. */
function nginxAddress(address: SocketAddress): string {
  const text = targetText(address);
  return /[\s;{}"'\\#$]/.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : text;
}
