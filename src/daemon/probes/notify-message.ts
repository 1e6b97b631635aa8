/**
 * What a program tells about itself by sd_notify(3): `KEY=value` lines in one datagram. What we do not know is passed
 * over, as systemd does; so are a datagram over 4 KiB and one with a NUL in it. Of a key that stands there twice the
 * last counts; READY, RELOADING and STOPPING are one key in this.
 */

export interface NotifyMessage {
  readonly state?: 'ready' | 'reloading' | 'stopping';
  /** One line for people, harmless to show. */
  readonly status?: string;
  /** `ping`: it is alive. `trigger`: it says itself that it is not. */
  readonly watchdog?: 'ping' | 'trigger';
  /** It is to be taken for dead after so long without a ping; 0: never. */
  readonly watchdogMs?: number;
  /** The process that counts from now on. The caller must see that it is one of this program's. */
  readonly mainPid?: number;
  /** Why it does not work: an errno, positive. */
  readonly errno?: number;
}

export const maxNotifyBytes = 4096;
const maxStatusCharacters = 256;

/** `datagram` without what may have followed it. An empty message is one that says nothing we know. */
export function readNotify(datagram: Buffer): NotifyMessage {
  const bytes = datagram.at(-1) === 0 ? datagram.subarray(0, -1) : datagram;
  if (bytes.length > maxNotifyBytes || bytes.includes(0)) return {};
  let message: NotifyMessage = {};
  for (const line of bytes.toString('utf8').split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) message = { ...message, ...readLine(line.slice(0, equals), line.slice(equals + 1)) };
  }
  return message;
}

function readLine(key: string, value: string): NotifyMessage {
  switch (key) {
    case 'READY':
      return value === '1' ? { state: 'ready' } : {};
    case 'RELOADING':
      return value === '1' ? { state: 'reloading' } : {};
    case 'STOPPING':
      return value === '1' ? { state: 'stopping' } : {};
    case 'STATUS':
      return { status: harmless(value) };
    case 'WATCHDOG':
      return value === '1' ? { watchdog: 'ping' } : value === 'trigger' ? { watchdog: 'trigger' } : {};
    case 'WATCHDOG_USEC': {
      const usec = wholeNumber(value);
      return usec === undefined ? {} : { watchdogMs: usec / 1000 };
    }
    case 'MAINPID': {
      const mainPid = wholeNumber(value);
      return mainPid === undefined || mainPid < 1 || mainPid > 0x7fff_ffff ? {} : { mainPid };
    }
    case 'ERRNO': {
      const errno = wholeNumber(value);
      return errno === undefined || errno > 4095 ? {} : { errno };
    }
    default:
      return {};
  }
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Without controls and what turns the direction of text. */
function harmless(text: string): string {
  const characters = Array.from(text.trim().replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{fffd}'));
  const shown = characters.slice(0, maxStatusCharacters).join('');
  return characters.length > maxStatusCharacters ? `${shown}…` : shown;
}
