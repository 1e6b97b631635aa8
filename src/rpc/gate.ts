/**
 * Who may come in: asked before any path is looked at.
 *
 * First the credentials (HTTP Basic, as Supervisor does it, for every path). Then whether a browser brought the
 * request here from somebody else's page: a web page can make a browser send anything to localhost, and the
 * credentials along with it. Programs send neither `Origin` nor `Sec-Fetch-Site`.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Credentials {
  /** Empty: everybody may come in. */
  readonly username: string;
  /** In clear, or `{SHA}` and the password's SHA-1 in lower-case hex. May contain `:`. */
  readonly password: string;
}

/** 400: the credentials are no base64. 401: they are wrong. 403: another site's page asks. */
export type Refusal = 400 | 401 | 403;

export class Gate {
  readonly #username: Buffer | undefined;
  readonly #password: Buffer;
  readonly #isSha: boolean;

  constructor(credentials: Credentials | undefined) {
    const { username = '', password = '' } = credentials ?? {};
    this.#username = username === '' ? undefined : digest(username);
    this.#isSha = password.startsWith('{SHA}');
    this.#password = digest(this.#isSha ? password.slice('{SHA}'.length) : password);
  }

  /** Undefined lets the request in. */
  refusal(headers: IncomingHttpHeaders): Refusal | undefined {
    return this.#credentialsRefusal(headers.authorization) ?? (isFromElsewhere(headers) ? 403 : undefined);
  }

  #credentialsRefusal(authorization: string | undefined): Refusal | undefined {
    if (this.#username === undefined) return undefined;
    const [, scheme, packed] = /^([^ ]+) +(.*)$/.exec(authorization ?? '') ?? [];
    if (scheme?.toLowerCase() !== 'basic' || packed === undefined) return 401;
    const isBase64 = packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed);
    if (!isBase64) return 400;
    const text = Buffer.from(packed, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    if (colon < 0) return 400;
    const password = text.slice(colon + 1);
    const isUser = timingSafeEqual(digest(text.slice(0, colon)), this.#username);
    const isPassword = timingSafeEqual(digest(this.#isSha ? sha1(password) : password), this.#password);
    return isUser && isPassword ? undefined : 401;
  }
}

// Digests are of one length, which is what timingSafeEqual wants, and say nothing about how much was right.
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

function isFromElsewhere(headers: IncomingHttpHeaders): boolean {
  if (headers['sec-fetch-site'] === 'cross-site') return true;
  const { origin, host } = headers;
  return origin !== undefined && (hostOf(origin) ?? '') !== hostOf(`http://${host ?? ''}`);
}

/** `name:port` as a browser compares it, without a port that goes without saying. */
function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}
