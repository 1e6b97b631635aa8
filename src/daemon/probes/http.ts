/**
 * HTTP (RFC 9112): GET of a path; 2xx and 3xx are good. Only the status line is judged, so a page that never ends is
 * as good as a short one. Interim answers (1xx) are passed over.
 */
import type { SocketAddress } from '../os/sockaddr.ts';
import { lineAt, mayBegin } from './text-lines.ts';
import { type Codec, endedEarly, garbage, quoted, type Verdict } from './verdict.ts';

/** `path` has its query with it, and neither blanks nor control characters (see probe-spec.ts). */
export function http(path: string): Codec {
  return {
    request: (target) =>
      Buffer.from(
        [
          `GET ${path} HTTP/1.1`,
          `Host: ${hostOf(target)}`,
          'User-Agent: tssupervisor-probe',
          'Accept: */*',
          'Connection: close',
          '\r\n',
        ].join('\r\n'),
      ),
    judge,
    readsOn: true,
  };
}

function hostOf(target: SocketAddress): string {
  if (target.family === 'unix') return 'localhost';
  return `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
}

function judge(received: Buffer, isEnd: boolean): Verdict | 'more' {
  for (let at = 0; ; ) {
    const answer = received.subarray(at);
    if (!mayBegin(answer, ['HTTP/1.'])) return garbage(answer);
    const found = lineAt(received, at, isEnd);
    if (found === 'more') return 'more';
    if (found === 'none') return isEnd ? endedEarly(answer) : garbage(answer);
    const [, status, reason = ''] = /^HTTP\/1\.\d (\d{3})(?: (.*))?$/.exec(found.line) ?? [];
    if (status === undefined) return garbage(answer);
    if (!status.startsWith('1') || status === '101') return statusVerdict(status, reason);
    const end = received.indexOf('\r\n\r\n', at, 'latin1');
    if (end === -1) return isEnd ? endedEarly(answer) : 'more';
    at = end + 4;
  }
}

/** What an HTTP status, or that of a CGI answer, says of its server. */
export function statusVerdict(status: string, reason: string): Verdict {
  if (status.startsWith('2') || status.startsWith('3')) return { ok: true, detail: status };
  const words = reason.trim() === '' ? '' : ` ${quoted(reason.trim()).slice(1, -1)}`;
  return { ok: false, why: `answered ${status}${words}` };
}
