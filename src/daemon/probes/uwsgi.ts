/**
 * uWSGI's own protocol: a packet is modifier1 (1 byte), the size of what follows (2 bytes, little-endian), modifier2
 * (1 byte), and that much. Modifier1 100 is the ping: a worker answers with 100 and modifier2 1, and a text if the
 * server has a warning to give. It is a worker that answers, so a server with all workers busy or stuck does not.
 *
 * The ping is a plugin of uWSGI: built in as uWSGI comes, a file to be loaded as Debian packs it. Without it uWSGI
 * closes the connection and logs "unavailable modifier requested: 100".
 */
import { type Codec, endedEarly, garbage, quoted } from './verdict.ts';

const PING = 100;
const headerBytes = 4;

export const uwsgi: Codec = {
  request: () => Buffer.of(PING, 0, 0, 0),
  judge(received, isEnd) {
    if (received.length === 0 && isEnd) {
      return { ok: false, why: 'closed the connection without an answer (Debian\'s uWSGI needs "plugin = ping")' };
    }
    const [modifier1 = PING, , , modifier2 = 1] = received;
    if (modifier1 !== PING || modifier2 !== 1) return garbage(received);
    if (received.length < headerBytes) return isEnd ? endedEarly(received) : 'more';
    const size = received.readUInt16LE(1);
    const text = received.subarray(headerBytes, headerBytes + size);
    if (text.length < size) return isEnd ? endedEarly(received) : 'more';
    return size === 0 ? { ok: true } : { ok: true, detail: `warns: ${quoted(text)}` };
  },
};
