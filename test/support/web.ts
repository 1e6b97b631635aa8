/** Requests to a status page, with every header in the test's own hands. */
import { request } from 'node:http';

export interface WebAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface WebRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks a port of 127.0.0.1 or a unix socket, on a connection of its own. */
export function ask(to: number | string, path: string, options: WebRequest = {}): Promise<WebAnswer> {
  const { method = 'GET', headers = {}, body } = options;
  const where = typeof to === 'number' ? { host: '127.0.0.1', port: to } : { socketPath: to };
  return new Promise((settle, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const call = request({ ...where, path, method, headers: { ...length, ...headers }, agent: false }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('error', reject);
      answer.on('end', () => {
        settle({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces).toString() });
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** The token in the form of the status page. */
export async function tokenOf(to: number | string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const { body } = await ask(to, '/', { headers });
  const token = /name="token" value="([^"]+)"/.exec(body)?.[1];
  if (token === undefined) throw new Error(`There is no token in the page\n${body}`);
  return token;
}

/** Sends the form as the buttons do. */
export function submit(to: number | string, token: string, query: string): Promise<WebAnswer> {
  return ask(to, `/index.html?${query}`, { method: 'POST', body: new URLSearchParams({ token }).toString() });
}

/** The message in the redirect that follows an action. */
export function messageOf({ status, headers, body }: WebAnswer): string {
  const { location } = headers;
  if (typeof location !== 'string') throw new Error(`Expected a redirect, got ${status}\n${body}`);
  return new URL(location, 'http://page/').searchParams.get('message') ?? '';
}
