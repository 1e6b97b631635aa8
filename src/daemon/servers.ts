/** The HTTP servers of a configuration: where each listens, who may come in, and what is behind them. */
import { statSync } from 'node:fs';
import { Dispatcher, type Namespace, type Reply, supervisorNamespace } from '../rpc/dispatch.ts';
import { Fault } from '../rpc/faults.ts';
import type { LogTail, LogTailSource } from '../rpc/log-tails.ts';
import { RpcServer, type RpcServerOptions } from '../rpc/server.ts';
import { ListenError } from '../rpc/unix-socket.ts';
import type { HttpServerConfig, LoadedConfig } from './config/model.ts';
import type { HandlerContext } from './handlers/context.ts';
import { processOf } from './handlers/context.ts';
import { supervisorHandlers } from './handlers/supervisor.ts';
import { SocketError } from './listening-socket.ts';
import type { LogFiles } from './logs/log-files.ts';
import { LogFollow } from './logs/log-follow.ts';

/**
 * Opens every server, or none: what is open already is closed when one cannot be. `maxConnections` is asked for each
 * new connection how many a server may have.
 */
export async function openServers(
  config: LoadedConfig,
  context: HandlerContext,
  files: LogFiles,
  maxConnections: () => number,
): Promise<readonly RpcServer[]> {
  const { log } = context;
  const namespaces: Record<string, Namespace> = {};
  for (const { name } of config.rpcinterfaces) namespaces[name] = supervisorNamespace(supervisorHandlers(context));
  const dispatcher = new Dispatcher({
    namespaces,
    onBug: (error, method) =>
      log.critical(error instanceof SocketError ? error.message : `Bug in ${method}: ${bugText(error)}`),
    onTrace: log.isLogged('trace') ? (text) => log.trace(text) : undefined,
  });
  // What the log says of a change is written before anybody is told of it.
  const answering = {
    reply(body: Buffer): Reply | Promise<Reply> {
      context.touched();
      const reply = dispatcher.reply(body);
      if (reply instanceof Promise) return reply.finally(() => log.flush());
      log.flush();
      return reply;
    },
  };
  const tails = tailSource(context, files);
  const servers: RpcServer[] = [];
  try {
    for (const server of config.httpServers) {
      for (const { name } of config.rpcinterfaces) log.info(`RPC interface '${name}' initialized`);
      const { address, warnings } = addressOf(server);
      for (const warning of warnings) log.critical(warning);
      const { username = '', password = '' } = server;
      const options: RpcServerOptions = {
        address,
        credentials: username === '' ? undefined : { username, password },
        dispatcher: answering,
        tails,
        maxConnections,
        onBug: (error, what) => log.critical(`Bug while serving ${what}: ${bugText(error)}`),
        onNotice: (level, text) => log[level === 'error' ? 'error' : 'warn'](text),
      };
      const opened = new RpcServer(options);
      await opened.listen();
      servers.push(opened);
    }
  } catch (error) {
    // After a restart in the background nobody reads stderr any more.
    if (error instanceof ListenError) log.critical(listenFailure(error));
    await Promise.all(servers.map((server) => server.close()));
    throw error;
  }
  return servers;
}

/** Supervisor's words for a server that cannot be opened. */
export function listenFailure(error: unknown): string {
  if (!(error instanceof ListenError)) throw error;
  if (error.code === 'EADDRINUSE') {
    return 'Another program is already listening on a port that one of our HTTP servers is configured to use.  Shut this program down first before starting supervisord.';
  }
  return `Cannot open an HTTP server: socket.error reported errno.${error.code} (${error.message})`;
}

const loopback = /^(127\.\d+\.\d+\.\d+|localhost|::1)$/;

function addressOf(server: HttpServerConfig): { address: RpcServerOptions['address']; warnings: string[] } {
  const isOpen = server.username === undefined || server.username === '';
  const warnings = isOpen ? [`Server '${server.section}' running without any HTTP authentication checking`] : [];
  if (server.family === 'unix') {
    const [uid, gid] = server.chown;
    const address = {
      file: server.file,
      mode: server.chmod,
      ...((uid !== -1 || gid !== -1) && { owner: { uid, gid } }),
    };
    return { address, warnings };
  }
  const { host, port, section } = server;
  if (isOpen && !loopback.test(host) && !server.allow_unauthenticated) {
    warnings.push(
      `Server '${section}' listens on 127.0.0.1:${port} only, not on ${host === '' ? 'every address' : host}: ` +
        'it has no username and password. Set them, or allow_unauthenticated=true if everyone may control this daemon',
    );
    return { address: { host: '127.0.0.1', port }, warnings };
  }
  return { address: { host, port }, warnings };
}

/** What `/logtail` and `/mainlogtail` follow. */
function tailSource(context: HandlerContext, files: LogFiles): LogTailSource {
  const { os } = context;
  const open = (path: string | undefined): LogTail | 404 => {
    const stat = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
    if (path === undefined || stat === undefined) return 404;
    const follow = new LogFollow(path, { files, os });
    return { modifiedAt: stat.mtime, start: (onData, onEnd) => follow.start(onData, onEnd) };
  };
  return {
    open(target) {
      if (target.log === 'main') return open(context.log.path);
      if (target.channel !== 'stdout' && target.channel !== 'stderr') return 404;
      try {
        return open(context.programs.logPath(processOf(context, target.namespec), target.channel));
      } catch (error) {
        if (error instanceof Fault) return 404;
        throw error;
      }
    },
  };
}

function bugText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
