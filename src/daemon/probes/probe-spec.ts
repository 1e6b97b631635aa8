/**
 * What `ready=` and `live=` say: KIND[:TARGET][:/PATH].
 *
 *     tcp                        http:/healthz                      exec:bin/check --fast
 *     tcp:127.0.0.1:6000         http:127.0.0.1:8000:/healthz       log:Listening on .*:\d+
 *     uwsgi:unix:/run/a.sock     http:unix:/run/a.sock:/healthz     notify
 *
 * Without a target it is the program's own: `withTarget` fills it in. A path begins at the last `:/` behind the socket
 * of a `unix:` target, so a socket's path may hold colons, but not `:/`.
 */

import { closest } from '../../config/closest.ts';
import { splitCommand } from '../config/command-line.ts';
import type { SocketAddress } from '../os/sockaddr.ts';
import { fastcgi } from './fastcgi.ts';
import { http } from './http.ts';
import { LinePattern } from './line-pattern.ts';
import { memcached } from './memcached.ts';
import { redis } from './redis.ts';
import { reachable, readInetTarget, readUnixTarget, type TargetReading, targetText } from './target.ts';
import { tcp } from './tcp.ts';
import { uwsgi } from './uwsgi.ts';
import { type Codec, quoted } from './verdict.ts';

export interface SocketProbeSpec {
  readonly kind: 'tcp' | 'http' | 'uwsgi' | 'fastcgi' | 'redis' | 'memcached';
  /** Undefined: the program's own. */
  readonly target: SocketAddress | undefined;
  /** With its query. Only of http, where it is "/" if nothing is written, and of fastcgi. */
  readonly path: string | undefined;
}

export type ProbeSpec =
  | SocketProbeSpec
  | { readonly kind: 'exec'; readonly command: string; readonly argv: readonly string[] }
  | { readonly kind: 'log'; readonly pattern: LinePattern }
  | { readonly kind: 'notify' };

interface Refused {
  /** A sentence: what was expected, what was there, an example. */
  readonly why: string;
}

const examples = {
  tcp: 'tcp:127.0.0.1:6000',
  http: 'http:127.0.0.1:8000:/healthz',
  uwsgi: 'uwsgi:unix:/run/app.sock',
  fastcgi: 'fastcgi:/ping',
  redis: 'redis:127.0.0.1:6379',
  memcached: 'memcached:127.0.0.1:11211',
  exec: 'exec:bin/check --fast',
  log: 'log:Listening on port \\d+',
  notify: 'notify',
} as const;
type Kind = keyof typeof examples;
const kinds = Object.keys(examples) as Kind[];
const takesPath: readonly Kind[] = ['http', 'fastcgi'];

/** Reads a probe as it is written, expansions done. */
export function readProbe(written: string): ProbeSpec | Refused {
  const text = written.trim();
  const colon = text.indexOf(':');
  const word = colon < 0 ? text : text.slice(0, colon);
  const rest = colon < 0 ? undefined : text.slice(colon + 1);
  const kind = kinds.find((one) => one === word);
  if (kind === undefined) return { why: unknownKind(word) };
  const spec = readKind(kind, rest);
  return 'why' in spec ? { why: `${spec.why}; for example "${examples[kind]}"` } : spec;
}

/** The same probe, at the program's own address if it names none. */
export function withTarget(spec: ProbeSpec, target: SocketAddress | undefined): ProbeSpec {
  if (!('target' in spec) || spec.target !== undefined || target === undefined) return spec;
  return { ...spec, target: reachable(target) };
}

/** As it could be written: what a probe is called in messages. */
export function probeText(spec: ProbeSpec): string {
  switch (spec.kind) {
    case 'exec':
      return `exec:${spec.command}`;
    case 'log':
      return `log:${spec.pattern.source}`;
    case 'notify':
      return 'notify';
    default: {
      const { kind, target, path } = spec;
      return [kind, target && targetText(target), path].filter((part) => part !== undefined).join(':');
    }
  }
}

/** How a socket is asked. */
export function codecOf({ kind, path }: SocketProbeSpec): Codec {
  switch (kind) {
    case 'http':
      return http(path ?? '/');
    case 'fastcgi':
      return fastcgi(path);
    default:
      return { tcp, uwsgi, redis, memcached }[kind];
  }
}

function unknownKind(word: string): string {
  const meant = kinds.find((kind) => kind === word.toLowerCase()) ?? closest(word, kinds);
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
  return `Expected a probe that begins with one of ${kinds.join(', ')}, got "${word}"${hint}; for example "${examples.http}"`;
}

function readKind(kind: Kind, rest: string | undefined): ProbeSpec | Refused {
  switch (kind) {
    case 'exec':
      return readExec(rest ?? '');
    case 'log': {
      if (rest === undefined || rest === '') return { why: 'Expected a regular expression after "log:", got none' };
      const pattern = LinePattern.read(rest);
      return 'why' in pattern ? pattern : { kind, pattern };
    }
    case 'notify':
      return rest === undefined ? { kind } : { why: `Expected nothing after "notify", got "${rest}"` };
    default:
      return readSocket(kind, rest);
  }
}

function readExec(command: string): ProbeSpec | Refused {
  const split = splitCommand(command);
  if (split.type === 'error') return { why: `Expected a command after "exec:", got "${command}" (${split.why})` };
  if (split.argv.length === 0 || split.argv[0] === '') return { why: 'Expected a command after "exec:", got none' };
  return { kind: 'exec', command: command.trim(), argv: split.argv };
}

function readSocket(kind: SocketProbeSpec['kind'], rest: string | undefined): ProbeSpec | Refused {
  const initialPath = kind === 'http' ? '/' : undefined;
  if (rest === undefined) return { kind, target: undefined, path: initialPath };
  if (rest.startsWith('//')) return { why: `Expected no URL, got "${kind}:${rest}"${asProbe(kind, rest.slice(2))}` };
  const { written, path } = splitPath(rest);
  if (path !== undefined) {
    if (!takesPath.includes(kind)) return { why: `Expected no path, which ${kind} has not, got "${path}"` };
    if (!/^\/[!-~]*$/.test(path)) {
      return { why: `Expected a path of printable ASCII without blanks, got ${quoted(path)}; write others as %20` };
    }
  }
  if (written === undefined) return { kind, target: undefined, path };
  const [, hostPort] = /^([^/]+:\d+)\/./.exec(written) ?? [];
  if (hostPort !== undefined) return { why: `Expected ":" before the path, got "${written}"${asProbe(kind, written)}` };
  const isUnix = written.startsWith('unix:');
  const reading: TargetReading = isUnix ? readUnixTarget(written.slice('unix:'.length)) : readInetTarget(written);
  return 'why' in reading ? reading : { kind, target: reading.target, path: path ?? initialPath };
}

/** `host:port/path`, as in a URL, written as a probe. */
function asProbe(kind: string, text: string): string {
  const [, hostPort, path = ''] = /^([^/]+:\d+)(\/.*)?$/.exec(text) ?? [];
  return hostPort === undefined ? '' : `; write "${kind}:${hostPort}${path === '' ? '' : `:${path}`}"`;
}

/** TARGET:/PATH in its two halves, of which one may be missing. */
function splitPath(rest: string): { readonly written: string | undefined; readonly path: string | undefined } {
  if (rest.startsWith('/')) return { written: undefined, path: rest };
  const isUnix = rest.startsWith('unix:');
  const at = isUnix ? rest.lastIndexOf(':/') : rest.indexOf(':/');
  if (at < (isUnix ? 'unix:'.length : 0)) return { written: rest, path: undefined };
  return { written: rest.slice(0, at), path: rest.slice(at + 1) };
}
