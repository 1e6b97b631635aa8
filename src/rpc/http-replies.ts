/** How the server answers over HTTP: the headers and the error page that Supervisor's (Medusa's) clients know. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';

// Some clients look for it, and it has been the same since 2002.
const SERVER = 'Medusa/1.12';

let dateSecond = 0;
let dateText = '';

/** Now, as HTTP writes it (RFC 9110, 5.6.7). Made once a second; node:http would set a timer for the same. */
function httpDate(): string {
  const second = Math.trunc(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1000).toUTCString();
  }
  return dateText;
}

/** Sends the head, in Supervisor's order. HTTP/1.1 persists without a header, HTTP/1.0 if it asked to. */
export function sendHead(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: readonly string[],
): void {
  response.sendDate = false;
  response.removeHeader('connection'); // node:http would add one of its own
  const all = ['Server', SERVER, 'Date', httpDate(), ...headers];
  if (request.httpVersionMinor === 0 && response.shouldKeepAlive && headers.includes('Content-Length')) {
    all.push('Connection', 'Keep-Alive');
  }
  response.writeHead(status, all);
}

/** Sends a whole answer; head and body leave in one write. */
export function sendBody(request: IncomingMessage, response: ServerResponse, type: string, body: Buffer): void {
  sendHead(request, response, 200, ['Content-Type', type, 'Content-Length', String(body.length)]);
  response.end(body);
}

/** Supervisor's error page for a status. */
function errorPage(status: number, why?: string): string {
  return [
    '<head>',
    '<title>Error response</title>',
    '</head>',
    '<body>',
    '<h1>Error response</h1>',
    `<p>Error code ${status}.`,
    `<p>Message: ${STATUS_CODES[status] ?? 'Unknown'}.`,
    ...(why === undefined ? [] : [`<p>${why}`]),
    '</body>',
    '',
  ].join('\r\n');
}

export interface ErrorOptions {
  /** Ends the connection after the answer, for there may be more of the request than we want to read. */
  readonly close?: boolean;
  /** A sentence for people, added to the page: plain text without markup. */
  readonly why?: string | undefined;
}

/** Refuses a request with Supervisor's error page. A 401 asks for credentials. */
export function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  options: ErrorOptions = {},
): void {
  const page = Buffer.from(errorPage(status, options.why));
  const headers: string[] = [];
  if (status === 401 || options.close) headers.push('Connection', 'close');
  if (status === 401) headers.push('WWW-Authenticate', 'Basic realm="default"');
  headers.push('Content-Length', String(page.length), 'Content-Type', 'text/html');
  sendHead(request, response, status, headers);
  response.end(page);
}

/** The same for what is not even HTTP: all that is known is the socket. */
export function rawError(status: number): string {
  const page = errorPage(status);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nServer: ${SERVER}\r\nDate: ${httpDate()}\r\n`;
  return `${head}Connection: close\r\nContent-Length: ${page.length}\r\nContent-Type: text/html\r\n\r\n${page}`;
}
