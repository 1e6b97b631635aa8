/** memcached (its text protocol): `version`. One that asks for a password is good: it serves. */
import { lineAt, mayBegin } from './text-lines.ts';
import { type Codec, endedEarly, garbage, quoted } from './verdict.ts';

export const memcached: Codec = {
  request: () => Buffer.from('version\r\n'),
  judge(received, isEnd) {
    if (!mayBegin(received, ['VERSION ', 'CLIENT_ERROR', 'SERVER_ERROR', 'ERROR'])) return garbage(received);
    const found = lineAt(received, 0, isEnd);
    if (found === 'more') return 'more';
    if (found === 'none') return isEnd ? endedEarly(received) : garbage(received);
    const { line } = found;
    if (line.startsWith('VERSION ')) return { ok: true, detail: quoted(line.slice('VERSION '.length)).slice(1, -1) };
    if (line === 'CLIENT_ERROR unauthenticated') return { ok: true, detail: 'asks for a password' };
    return { ok: false, why: `answered the error ${quoted(line)}` };
  },
};
