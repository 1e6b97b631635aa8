/** A request and its answer in one line, as Supervisor's HTTP server (medusa) logs it. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

/** What an answer came to. */
export interface Answered {
  readonly status: number;
  /** Head and body. */
  readonly bytes: number;
  readonly at: Date;
}

/** The client's address. A client of a unix socket has none; a socket that has closed no longer knows it. */
export function clientOf({ remoteAddress = 'localhost', remotePort = 0 }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}

/** `127.0.0.1:51794 - - [22/Nov/2026:20:42:43 +0000] "GET / HTTP/1.1" 401 330`, in local time. */
export function accessLine(client: string, request: IncomingMessage, { status, bytes, at }: Answered): string {
  const offset = -at.getTimezoneOffset();
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  const day = `${two(at.getDate())}/${months[at.getMonth()]}/${at.getFullYear()}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const line = `${request.method} ${request.url} HTTP/${request.httpVersion}`;
  return `${client} - - [${day}:${time} ${zone}] "${line}" ${status} ${bytes}`;
}
