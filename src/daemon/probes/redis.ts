/**
 * Redis (RESP): PING. A server that reads its data from disk says LOADING and is not good yet. One that asks for a
 * password, or forbids PING to who has not given one, is good: it serves, though we cannot look further; in particular
 * it does not tell us that it is loading. (`exec:redis-cli` with the password can.)
 */
import { lineAt, mayBegin } from './text-lines.ts';
import { type Codec, endedEarly, garbage, quoted } from './verdict.ts';

export const redis: Codec = {
  request: () => Buffer.from('*1\r\n$4\r\nPING\r\n'),
  judge(received, isEnd) {
    if (!mayBegin(received, ['+PONG', '-'])) return garbage(received);
    const found = lineAt(received, 0, isEnd);
    if (found === 'more') return 'more';
    if (found === 'none') return isEnd ? endedEarly(received) : garbage(received);
    const { line } = found;
    if (line === '+PONG') return { ok: true };
    if (line.startsWith('-NOAUTH') || line.startsWith('-NOPERM')) return { ok: true, detail: 'asks for a password' };
    if (line.startsWith('-LOADING')) return { ok: false, why: 'is still loading its data' };
    return line.startsWith('-') ? { ok: false, why: `answered the error ${quoted(line.slice(1))}` } : garbage(received);
  },
};
