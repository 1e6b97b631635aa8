import type { Posix } from './posix.ts';
import { unixAddress } from './sockaddr.ts';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 2048;
/** LOG_USER | LOG_INFO: Python's syslog module without arguments, as Supervisor uses it. */
const PRIORITY = 14;

/**
 * Sends lines to /dev/log (RFC 3164), one datagram each, as syslog(3) does: local time, and the program's name without a pid. The socket is made with the first line. Nobody waits for
 * syslog: a line that it does not take is dropped.
 */
export function syslogSender(posix: Posix, program: string): (line: string) => void {
  const address = unixAddress('/dev/log');
  let socket: number | undefined;
  return (line) => {
    socket ??= posix.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK);
    if (socket < 0) return;
    posix.sendTo(socket, Buffer.from(`<${PRIORITY}>${stamp(new Date())} ${program}: ${line}`), address);
  };
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Nov  2 20:42:08` */
function stamp(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${months[at.getMonth()]} ${String(at.getDate()).padStart(2)}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
