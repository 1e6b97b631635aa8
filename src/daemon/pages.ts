/** The status page for browsers, as the servers are given it: the page itself is loaded when it is asked for. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import { Fault } from '../rpc/faults.ts';
import { sendError, sendHead } from '../rpc/http-replies.ts';
import { namespec, readNamespec } from '../rpc/names.ts';
import type { RpcServerOptions } from '../rpc/server.ts';
import type { ProcessInfo } from '../rpc/structs.ts';
import { type ProcessId, processId } from './core/supervisor-messages.ts';
import type { PoolReport } from './events/listeners.ts';
import type { HandlerContext } from './handlers/context.ts';
import { processInfo, SUPERVISOR_VERSION } from './handlers/information.ts';
import { supervisorHandlers } from './handlers/supervisor.ts';
import { loadPart } from './part-loader.ts';
import type { Outcome, PageDaemon, PageRequest, PoolTrouble } from './web/model.ts';

type Pages = NonNullable<RpcServerOptions['pages']>;

/** What the pages are at, and the verbs for it; anything else is no page. */
const readOnly = new Set(['GET', 'HEAD']);
const withForms = new Set(['GET', 'HEAD', 'POST']);
const verbs: Readonly<Record<string, ReadonlySet<string>>> = {
  '': withForms,
  'index.html': withForms,
  'tail.html': withForms,
  'ok.html': withForms,
  'stylesheets/supervisor.css': readOnly,
  'images/icon.svg': readOnly,
};

const MAX_FORM_BYTES = 64 * 1024;

/** `onBug`: something of ours threw while it made a page; the browser has got a 500. */
export function openPages(context: HandlerContext, onBug: (error: unknown, what: string) => void): Pages {
  let daemon: PageDaemon | undefined;

  async function answer(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const { method = '', url = '', headers } = request;
    const page: PageRequest = { method, url, headers, body };
    daemon ??= pageDaemon(context);
    const web = await loadPart('web');
    const answered = await web.answer(daemon, page);
    // What the log says of a change is written before anybody is told of it.
    context.log.flush();
    if (response.destroyed) return;
    const bytes = Buffer.from(answered.body);
    sendHead(request, response, answered.status, [...answered.headers, 'Content-Length', String(bytes.length)]);
    response.end(bytes);
  }

  function answerOrError(request: IncomingMessage, response: ServerResponse, body: string): void {
    answer(request, response, body).catch((error: unknown) => {
      onBug(error, `${request.method} ${request.url}`);
      if (response.headersSent) response.destroy();
      else sendError(request, response, 500);
    });
  }

  return (request, response, readBody) => {
    const { method = '', url = '' } = request;
    const path = /^\/*([^;?#]*)/.exec(url)?.[1] ?? '';
    if (!Object.hasOwn(verbs, path) || verbs[path]?.has(method) !== true) return false;
    context.touched();
    if (method !== 'POST') {
      answerOrError(request, response, '');
      return true;
    }
    readBody(MAX_FORM_BYTES, (body) => {
      if (typeof body === 'number') sendError(request, response, body, { close: body !== 411 });
      else answerOrError(request, response, body.toString('utf8'));
    });
    return true;
  };
}

function pageDaemon(context: HandlerContext): PageDaemon {
  const { supervisor } = context.runtime;
  const handlers = supervisorHandlers(context);
  return {
    call: (name, ...args) => outcomeOf(() => Reflect.apply(handlers[name], handlers, args)),
    has: (group, process) => supervisor.record(processId(group, process)) !== undefined,
    processes() {
      if (supervisor.mood !== 'RUNNING') return undefined;
      const ids = supervisor.groupNames().flatMap((group) => supervisor.idsOf(group) ?? []);
      return ids.map((id) => processInfo(context, id)).sort(byName);
    },
    troubledPools: () => context.news.pools().map(troubleOf).filter(isTrouble),
    identifier: context.identifier,
    machine: hostname(),
    versions: { supervisor: SUPERVISOR_VERSION, own: process.env['TSSUPERVISOR_VERSION'] ?? '' },
    token: randomBytes(32).toString('base64url'),
    now: () => Date.now(),
  };
}

function troubleOf({ name, dropped, listeners }: PoolReport): PoolTrouble {
  const broken = listeners.filter(({ state }) => state === 'UNKNOWN');
  return { name, dropped, unknown: broken.map(({ id }) => shownName(id)) };
}

function shownName(id: ProcessId): string {
  const { group, process = '' } = readNamespec(id);
  return namespec(group, process);
}

function isTrouble({ dropped, unknown }: PoolTrouble): boolean {
  return dropped > 0 || unknown.length > 0;
}

/** Lexical by group, then by process, as Supervisor sorts them. */
function byName(a: ProcessInfo, b: ProcessInfo): number {
  if (a.group !== b.group) return a.group < b.group ? -1 : 1;
  return a.name < b.name ? -1 : Number(a.name > b.name);
}

/** Refusals are told as data: the part has a class `Fault` of its own. */
async function outcomeOf<Value>(call: () => Value | Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { value: await call() };
  } catch (error) {
    if (error instanceof Fault) return { code: error.code, text: error.message };
    throw error;
  }
}
