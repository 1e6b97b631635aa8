/**
 * Supervisor's status page for browsers: the paths `/`, `/index.html`, `/tail.html`, `/ok.html` and the style sheet
 * (supervisor/web.py), from a request to its answer. Who may come in has been decided before (rpc/gate.ts).
 *
 * What differs from Supervisor: only a POST with the token changes anything. A link, an image or a form on a page of
 * somebody else cannot know the token, which changes with each life of the daemon. A GET that names an action is
 * told so. After an action comes `303 See Other` to the page with the message, so that reloading it repeats nothing.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { perform, refreshed } from './actions.ts';
import { quote } from './escape.ts';
import { noticePage } from './layout.ts';
import type { PageAnswer, PageDaemon, PageRequest } from './model.ts';
import { statusPage } from './status-page.ts';
import { icon, styleSheet } from './style.ts';
import { tailPage } from './tail-page.ts';

/** Answers a request for one of the site's paths; for any other with 404. */
export async function answerPage(daemon: PageDaemon, request: PageRequest): Promise<PageAnswer> {
  const [path = '', query = ''] = splitUrl(request.url);
  const fields = readFields(query, request.body);
  switch (path) {
    case '':
    case 'index.html':
      return status(daemon, request, fields);
    case 'tail.html': {
      const [name, limit, channel] = [fields('processname'), fields('limit'), fields('channel')];
      return page(200, await tailPage(daemon, { name, limit, channel }));
    }
    case 'ok.html':
      return { status: 200, headers: ['Content-Type', 'text/plain', ...common], body: 'OK' };
    case 'stylesheets/supervisor.css':
      return asset('text/css;charset=utf-8', styleSheet);
    case 'images/icon.svg':
      return asset('image/svg+xml', icon);
    default:
      return page(404, noticePage(daemon, 'Not Found', [`There is no page "${path}"`]));
  }
}

async function status(daemon: PageDaemon, request: PageRequest, fields: Fields): Promise<PageAnswer> {
  const action = fields('action');
  // What a link of another site has the page say is not what the daemon says.
  const isOthers = request.headers['sec-fetch-site'] === 'cross-site';
  if (action === '') return page(200, statusPage(daemon, isOthers ? '' : fields('message')));
  if (action === 'refresh') return seeMessage(refreshed(daemon));
  const refusal = refusalOf(daemon, request, fields('token'));
  if (refusal !== undefined) return page(...refusal);
  const message = await perform(daemon, action, fields('processname'));
  if (message !== undefined) return seeMessage(message);
  return page(400, noticePage(daemon, 'Nothing was done', [`There is no action "${action}" for this`]));
}

type Refusal = readonly [status: number, text: string, ...headers: string[]];

/** Why a request may not change anything. */
function refusalOf(daemon: PageDaemon, { method, headers }: PageRequest, token: string): Refusal | undefined {
  const refused = (...sentences: string[]): string => noticePage(daemon, 'Nothing was done', sentences);
  if (method !== 'POST') {
    const why = 'A link cannot start, stop or clear anything here, so that no page of somebody else can do it either.';
    return [405, refused(why, 'Use the buttons of the status page. Scripts use XML-RPC.'), 'Allow', 'POST'];
  }
  if (!isSameSite(headers)) return [403, refused('The form was on a page of another site.')];
  if (token === '') return [403, refused('The form has no token. Use the buttons of the status page.')];
  if (timingSafeEqual(digest(token), digest(daemon.token))) return undefined;
  return [403, refused('The page was older than this daemon. Look at how things are now, then try again.')];
}

/** `Origin` has been looked at by the gate; a form without it may still have a `Referer`. */
function isSameSite({ origin, referer, host }: PageRequest['headers']): boolean {
  if (origin !== undefined || typeof referer !== 'string') return true;
  return URL.canParse(referer) && new URL(referer).host === new URL(`http://${host ?? ''}`).host;
}

// Of one length, as timingSafeEqual wants it.
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Relative, for the page may have another address for the browser, behind a proxy. */
function seeMessage(message: string): PageAnswer {
  return { status: 303, headers: ['Location', `./?message=${quote(message)}`, ...common], body: '' };
}

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const common: readonly string[] = [
  ...['Pragma', 'no-cache', 'Cache-Control', 'no-store', 'Expires', 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ...['Content-Security-Policy', policy, 'X-Frame-Options', 'DENY', 'X-Content-Type-Options', 'nosniff'],
  ...['Referrer-Policy', 'same-origin', 'Cross-Origin-Resource-Policy', 'same-origin'],
];

function page(status: number, body: string, ...headers: string[]): PageAnswer {
  return { status, headers: ['Content-Type', 'text/html;charset=utf-8', ...headers, ...common], body };
}

function asset(type: string, body: string): PageAnswer {
  const headers = ['Content-Type', type, 'Cache-Control', 'max-age=3600', 'X-Content-Type-Options', 'nosniff'];
  return { status: 200, headers, body };
}

/** The value of a field, empty if there is none. */
type Fields = (name: string) => string;

/** Fields of the body count before those of the query; of these the first, of those the last (as in Supervisor). */
function readFields(query: string, body: string): Fields {
  const inQuery = new URLSearchParams(query);
  const inBody = new URLSearchParams(body);
  return (name) => inBody.getAll(name).findLast((value) => value !== '') ?? inQuery.get(name) ?? '';
}

function splitUrl(url: string): readonly [path: string, query: string] {
  const [, path = '', query = ''] = /^\/*([^;?#]*)[^?#]*\??([^#]*)/.exec(url) ?? [];
  return [path, query];
}
