/** The HTTP servers of a configuration: where each listens, who may come in, and what is behind them. */
import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { Dispatcher, type Namespace, ownNamespace, type Reply, supervisorNamespace } from '../rpc/dispatch.ts';
import { Fault } from '../rpc/faults.ts';
import type { HostRule } from '../rpc/gate.ts';
import { machineNames } from '../rpc/host-names.ts';
import type { LogTail, LogTailSource } from '../rpc/log-tails.ts';
import { RpcServer, type RpcServerOptions } from '../rpc/server.ts';
import { ChownError, ListenError } from '../rpc/unix-socket.ts';
import { openClientApi } from './client-api.ts';
import type { HttpServerConfig, LoadedConfig } from './config/model.ts';
import type { HandlerContext } from './handlers/context.ts';
import { processOf } from './handlers/context.ts';
import { ownHandlers } from './handlers/own.ts';
import { supervisorHandlers } from './handlers/supervisor.ts';
import { SocketError } from './listening-socket.ts';
import type { LogFiles } from './logs/log-files.ts';
import { LogFollow } from './logs/log-follow.ts';
import { accountOf } from './os/accounts.ts';
import type { Cancel } from './os/os.ts';
import { openPages } from './pages.ts';

const TRY_AGAIN_MS = 2_000;

/**
 * The servers of one life of the daemon. At the first start one that cannot be opened is the end of it; after a restart
 * there are programs that were running before, and nobody who would start the daemon again: then what can be opened is
 * open, the log says loudly what is not, and it is tried again until it works.
 */
export class HttpServers {
  readonly #config: LoadedConfig;
  readonly #context: HandlerContext;
  /** For who comes over a unix socket, who may know secrets, and for all others. */
  readonly #entrances = new Map<HttpServerConfig['family'], Pick<RpcServerOptions, 'dispatcher' | 'pages'>>();
  readonly #tails: LogTailSource;
  readonly #files: LogFiles;
  readonly #pages: NonNullable<RpcServerOptions['pages']>;
  readonly #maxConnections: () => number;
  #open: readonly RpcServer[] = [];
  #cancelRetry: Cancel | undefined;
  #isClosed = false;

  /** `maxConnections` is asked for each new connection how many a server may have. */
  constructor(config: LoadedConfig, context: HandlerContext, files: LogFiles, maxConnections: () => number) {
    this.#maxConnections = maxConnections;
    this.#config = config;
    this.#context = context;
    this.#files = files;
    this.#tails = tailSource(context, files);
    this.#pages = openPages(context, (error, what) => this.#bug(error, what));
  }

  /** Opens every server, or none: what is open already is closed when one cannot be. @throws ListenError for that one. */
  async openAll(): Promise<void> {
    try {
      for (const server of this.#config.httpServers) await this.#openOne(server);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Opens those that can be opened, and the others as soon as that is possible. */
  openPossible(): Promise<void> {
    return this.#openPossible(this.#config.httpServers, new Set());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRetry?.();
    const open = this.#open;
    this.#open = [];
    await Promise.all(open.map((server) => server.close()));
  }

  async #openPossible(servers: readonly HttpServerConfig[], told: Set<HttpServerConfig>): Promise<void> {
    const { log, os } = this.#context;
    const left: HttpServerConfig[] = [];
    for (const server of servers) {
      if (this.#isClosed) return;
      try {
        await this.#openOne(server);
        if (told.has(server)) log.warn(`Server '${server.section}' listens now`);
      } catch (error) {
        left.push(server);
        if (told.has(server)) continue;
        told.add(server);
        log.critical(`${listenFailure(error)} Going on without server '${server.section}' until it can listen`);
      }
    }
    if (left.length === 0 || this.#isClosed) return;
    this.#cancelRetry = os.callAt(os.now() + TRY_AGAIN_MS, () => {
      this.#openPossible(left, told).catch((error: unknown) => log.critical(`Bug: ${bugText(error)}`));
    });
  }

  #bug(error: unknown, what: string): void {
    this.#context.log.critical(`Bug while serving ${what}: ${bugText(error)}`);
  }

  #entrance(family: HttpServerConfig['family']): Pick<RpcServerOptions, 'dispatcher' | 'pages'> {
    const known = this.#entrances.get(family);
    if (known !== undefined) return known;
    const dispatcher = dispatcherOf(this.#config, this.#context, family === 'unix');
    const api = openClientApi(this.#context, this.#files, dispatcher, (error, what) => this.#bug(error, what));
    const entrance: Pick<RpcServerOptions, 'dispatcher' | 'pages'> = {
      dispatcher: answering(dispatcher, this.#context),
      pages: (request, response, readBody) =>
        api(request, response, readBody) || this.#pages(request, response, readBody),
    };
    this.#entrances.set(family, entrance);
    return entrance;
  }

  async #openOne(server: HttpServerConfig): Promise<void> {
    const { log } = this.#context;
    const { address, warnings } = addressOf(server);
    const { username = '', password = '' } = server;
    const opened = new RpcServer({
      address,
      credentials: username === '' ? undefined : { username, password },
      hosts: hostRule(server),
      ...this.#entrance(server.family),
      tails: this.#tails,
      maxConnections: this.#maxConnections,
      onBug: (error, what) => this.#bug(error, what),
      onNotice: (level, text) => log[level === 'error' ? 'error' : 'warn'](text),
      access: {
        isWanted: ({ url = '' }) => log.isLogged('trace') || isError.test(url),
        tell: (line) => (isError.test(line) ? log.error(line) : log.trace(line)),
      },
    });
    await opened.listen();
    if (this.#isClosed) return opened.close();
    this.#open = [...this.#open, opened];
    for (const { name } of this.#config.rpcinterfaces) log.info(`RPC interface '${name}' initialized`);
    for (const warning of warnings) log.critical(warning);
  }
}

function dispatcherOf(config: LoadedConfig, context: HandlerContext, isLocal: boolean): Dispatcher {
  const { log } = context;
  const namespaces: Record<string, Namespace> = {};
  for (const { name } of config.rpcinterfaces) namespaces[name] = supervisorNamespace(supervisorHandlers(context));
  // Whoever takes the interface out of the file wants nobody to command the daemon; ours would be a way around that.
  if (config.rpcinterfaces.length > 0) namespaces['tssupervisor'] = ownNamespace(ownHandlers(context, isLocal));
  return new Dispatcher({
    namespaces,
    onBug: (error, method) =>
      log.critical(error instanceof SocketError ? error.message : `Bug in ${method}: ${bugText(error)}`),
    onTrace: log.isLogged('trace') ? (text) => log.trace(text) : undefined,
  });
}

/** What the log says of a change is written before anybody is told of it. */
function answering(dispatcher: Dispatcher, context: HandlerContext): RpcServerOptions['dispatcher'] {
  const { log } = context;
  return {
    reply(body: Buffer): Reply | Promise<Reply> {
      context.touched();
      const reply = dispatcher.reply(body);
      if (reply instanceof Promise) return reply.finally(() => log.flush());
      log.flush();
      return reply;
    },
  };
}

/** Supervisor's words for a server that cannot be opened. */
export function listenFailure(error: unknown): string {
  if (!(error instanceof ListenError)) throw error;
  if (error.code === 'EADDRINUSE') {
    return 'Another program is already listening on a port that one of our HTTP servers is configured to use.  Shut this program down first before starting supervisord.';
  }
  if (error.cause instanceof ChownError && error.code === 'EPERM') {
    const { file, owner } = error.cause;
    const user = accountOf(process.geteuid?.() ?? 0)?.name;
    return (
      `Not permitted to chown ${file} to uid/gid (${owner.uid}, ${owner.gid}); adjust "sockchown" value in config file ` +
      `or on command line to values that the current user (${user}) can successfully chown`
    );
  }
  const errno = (constants.errno as Readonly<Record<string, number>>)[error.code];
  const name = errno === undefined ? error.code : `errno.${error.code} (${errno})`;
  return `Cannot open an HTTP server: socket.error reported ${name}`;
}

/** Supervisor's HTTP server has no levels of its own: what has this word in it, wherever, is an error in the log. */
const isError = /error/i;

const loopback = /^(127\.\d+\.\d+\.\d+|localhost|::1)$/;

/** Where a server really listens, and what has to be said about that. */
export function addressOf(server: HttpServerConfig): { address: RpcServerOptions['address']; warnings: string[] } {
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

/** Only files and credentials keep strangers' pages out by themselves; an open port is kept to the names it has. */
function hostRule(server: HttpServerConfig): HostRule | undefined {
  if (server.family === 'unix') return undefined;
  const isForEveryone = server.allow_unauthenticated;
  return { names: machineNames(server.host), for: isForEveryone ? 'browsers' : 'everyone' };
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
