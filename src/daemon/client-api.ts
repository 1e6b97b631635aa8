/**
 * What clients of ours use beside XML-RPC, behind the same gate: `POST /rpc` (JSON-RPC 2.0), `GET /events` and
 * `GET /logs` (server-sent events). All of it is loaded when it is asked for the first time.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher } from '../rpc/dispatch.ts';
import { Fault } from '../rpc/faults.ts';
import { sendBody, sendError, sendHead } from '../rpc/http-replies.ts';
import type { FollowedLog, LogSource } from '../rpc/log-stream.ts';
import { plainCall } from '../rpc/plain-call.ts';
import type { ReadBody, RpcServerOptions } from '../rpc/server.ts';
import type { ProcessId } from './core/supervisor-messages.ts';
import type { HandlerContext } from './handlers/context.ts';
import { targetOf } from './handlers/context.ts';
import type { LogFiles } from './logs/log-files.ts';
import { LogFollow } from './logs/log-follow.ts';
import { loadPart } from './part-loader.ts';

type Pages = NonNullable<RpcServerOptions['pages']>;
type Api = Awaited<ReturnType<typeof loadPart<'api'>>>['api'];

const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** True for a request that is answered here, now or later. */
export function openClientApi(
  context: HandlerContext,
  files: LogFiles,
  dispatcher: Dispatcher,
  onBug: (error: unknown, what: string) => void,
): Pages {
  const methods = {
    declaration: (name: string) => dispatcher.declaration(name),
    call: (name: string, params: readonly unknown[]) => plainCall(dispatcher, name, params),
  };
  const logs = logSource(context, files);

  const routes: Readonly<Record<string, (api: Api, request: IncomingMessage, response: ServerResponse) => void>> = {
    '/events': (api, request, response) => api.serveEvents(context.news.feed, request, response),
    '/logs': (api, request, response) => api.serveLogs(logs, request, response),
  };

  async function answer(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    const { api } = await loadPart('api');
    const text = await api.answerJsonRpc(body, { dispatcher: methods, onBug });
    // What the log says of a change is written before anybody is told of it.
    context.log.flush();
    if (response.destroyed) return;
    if (text !== undefined) sendBody(request, response, 'application/json', Buffer.from(text));
    else {
      sendHead(request, response, 204, []);
      response.end();
    }
  }

  const guarded = (request: IncomingMessage, response: ServerResponse, work: Promise<void>): void => {
    work.catch((error: unknown) => {
      onBug(error, `${request.method} ${request.url}`);
      if (response.headersSent) response.destroy();
      else sendError(request, response, 500);
    });
  };

  return (request, response, readBody) => {
    const { method = '', url = '' } = request;
    const path = url.replace(/[?#].*$/, '');
    if (path === '/rpc') {
      context.touched();
      serveCalls(request, response, readBody, (body) => guarded(request, response, answer(request, response, body)));
      return true;
    }
    const route = Object.hasOwn(routes, path) && method === 'GET' ? routes[path] : undefined;
    if (route === undefined) return false;
    context.touched();
    guarded(
      request,
      response,
      loadPart('api').then(({ api }) => route(api, request, response)),
    );
    return true;
  };
}

/** A page of another site can send text, but no JSON without asking first: so JSON it must be. */
function serveCalls(
  request: IncomingMessage,
  response: ServerResponse,
  readBody: ReadBody,
  answer: (body: Buffer) => void,
): void {
  const type = request.headers['content-type'] ?? '';
  if (request.method !== 'POST') sendError(request, response, 405);
  else if (!/^application\/json\s*(;|$)/i.test(type)) {
    sendError(request, response, 415, { why: 'JSON-RPC needs the header Content-Type: application/json.' });
  } else {
    readBody(MAX_BODY_BYTES, (body) => {
      if (typeof body === 'number') sendError(request, response, body, { close: body !== 411 });
      else answer(body);
    });
  }
}

/** What `/logs` can follow: the logs of a process, of a group (`web:*`) or of all. */
function logSource(context: HandlerContext, files: LogFiles): LogSource {
  const { os, programs, runtime } = context;
  const logsOfProcess = (id: ProcessId): FollowedLog[] =>
    (['stdout', 'stderr'] as const).flatMap((channel) => {
      const path = programs.logPath(id, channel);
      if (path === undefined) return [];
      const at = id.indexOf(':');
      const follow: FollowedLog['follow'] = (begin, onData, onEnd) =>
        new LogFollow(path, { files, os, ...begin }).start(onData, onEnd);
      const since = (moment: number) => files.history.since(path, moment);
      return [{ group: id.slice(0, at), name: id.slice(at + 1), channel, follow, since }];
    });
  return {
    logsOf(name) {
      const { supervisor } = runtime;
      if (name === 'all') return supervisor.allIds().flatMap(logsOfProcess);
      try {
        const target = targetOf(context, name);
        const ids = target.type === 'process' ? [target.id] : (supervisor.idsOf(target.group) ?? []);
        return ids.flatMap(logsOfProcess);
      } catch (error) {
        if (error instanceof Fault) return undefined;
        throw error;
      }
    },
  };
}
