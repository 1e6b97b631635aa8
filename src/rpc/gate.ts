/**
 * Who may come in: asked before any path is looked at.
 *
 * First the credentials (HTTP Basic, as Supervisor does it, for every path). Then whether a browser brought the
 * request here from somebody else's page: a web page can make a browser send anything to localhost, and the
 * credentials along with it. Programs send neither `Origin` nor `Sec-Fetch-Site`. Last, where nobody needs
 * credentials, whether it asks for one of our names (host-names.ts): a browser keeps credentials by name, so where
 * they are needed a stranger's name has none.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { HostNames } from './host-names.ts';

export interface Credentials {
  /** Empty: everybody may come in. */
  readonly username: string;
  /** In clear, or `{SHA}` and the password's SHA-1 in lower-case hex. May contain `:`. */
  readonly password: string;
}

/** Which `Host` headers come in where there are no credentials. */
export interface HostRule {
  readonly names: HostNames;
  /** `browsers`: programs may use any name, for one that asks by address or by our name is not deceived. */
  readonly for: 'everyone' | 'browsers';
}

export interface Refusal {
  /** 400: the credentials are no base64. 401: they are wrong. 403: another site's page asks, or a name not ours. */
  readonly status: 400 | 401 | 403;
  /** A sentence for people. */
  readonly why?: string;
}

export class Gate {
  readonly #username: Buffer | undefined;
  readonly #password: Buffer;
  readonly #isSha: boolean;
  readonly #hosts: HostRule | undefined;

  constructor(credentials: Credentials | undefined, hosts?: HostRule) {
    const { username = '', password = '' } = credentials ?? {};
    this.#username = username === '' ? undefined : digest(username);
    this.#isSha = password.startsWith('{SHA}');
    this.#hosts = this.#username === undefined ? hosts : undefined;
    this.#password = digest(this.#isSha ? password.slice('{SHA}'.length) : password);
  }

  /** Undefined lets the request in. `method`: of HTTP. */
  refusal(headers: IncomingHttpHeaders, method?: string): Refusal | undefined {
    const status = this.#credentialsRefusal(headers.authorization);
    if (status !== undefined) return { status };
    if (isFromElsewhere(headers) && !isLink(headers, method))
      return { status: 403, why: 'A page of another site asked for this.' };
    const { names, for: whom } = this.#hosts ?? {};
    if (names === undefined || names.has(headers.host) || (whom === 'browsers' && !isFromBrowser(headers))) {
      return undefined;
    }
    return { status: 403, why: strangeHost };
  }

  #credentialsRefusal(authorization: string | undefined): 400 | 401 | undefined {
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

const strangeHost =
  'This server has no username and password, so it answers only to localhost, to addresses and to names that it knows.';

// Digests are of one length, which is what timingSafeEqual wants, and say nothing about how much was right.
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

function isFromElsewhere(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site') return true;
  // Scripts cannot set this one. It knows better where a proxy between us puts a name of its own into `Host`.
  if (site === 'same-origin') return false;
  const { origin, host } = headers;
  return origin !== undefined && (hostOf(origin) ?? '') !== hostOf(`http://${host ?? ''}`);
}

/**
 * Whether somebody followed a link of another site to look at a page of ours: that shows the page to them and nothing to
 * the other site, and a GET changes nothing. Frames and what scripts ask for say something else here.
 */
function isLink(headers: IncomingHttpHeaders, method: string | undefined): boolean {
  const { origin, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers;
  return method === 'GET' && origin === undefined && mode === 'navigate' && destination === 'document';
}

/** What a script in a page cannot keep its browser from sending, one or another of it, and programs do not send. */
function isFromBrowser(headers: IncomingHttpHeaders): boolean {
  const { origin, referer, 'accept-language': language, 'sec-fetch-mode': mode } = headers;
  return [origin, referer, language, mode].some((header) => header !== undefined);
}

/** `name:port` as a browser compares it, without a port that goes without saying. */
function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}
