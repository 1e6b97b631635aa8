/** What `ready` and `live` of one process say, with the address that they mean where they name none. */
import type { SocketAddress } from '../os/sockaddr.ts';
import { type ProbeSpec, probeText, readProbe, withTarget } from '../probes/probe-spec.ts';
import { liveRhythm, type ProbeRhythm, readyRhythm } from '../probes/schedule.ts';
import type { FcgiSocketConfig, ListenConfig, PortConfig, ProcessConfig } from './model.ts';
import { probeOptions } from './probe-options.ts';
import { type Reading, type Scope, SectionReader } from './reading.ts';

export interface ProbeConfig {
  readonly probe: ProbeSpec;
  /** As it could be written. */
  readonly text: string;
  readonly rhythm: ProbeRhythm;
}

export interface ReadyConfig extends ProbeConfig {
  readonly timeoutMs: number;
}

export interface LiveConfig extends ProbeConfig {
  readonly action: 'restart' | 'event';
}

/** Only what is written. */
export interface ProbesConfig {
  readonly ready?: ReadyConfig;
  readonly live?: LiveConfig;
}

type ProbeReader = SectionReader<typeof probeOptions>;

/** `own` is where the program listens, if the file says so. What cannot be read is reported. */
export function readProbes(
  reading: Reading,
  section: string,
  scope: Scope,
  own: SocketAddress | undefined,
): ProbesConfig {
  const reader: ProbeReader = new SectionReader(reading, probeOptions, section);
  const ready = reader.isWritten('ready') ? probeOf(reader, 'ready', scope, own) : undefined;
  const live = reader.isWritten('live') ? probeOf(reader, 'live', scope, own) : undefined;
  return {
    ...(ready && {
      ready: {
        ...ready,
        timeoutMs: reader.read('ready_timeout', scope),
        rhythm: readyRhythm(
          reader.read('ready_interval', scope),
          reader.read('ready_failures', scope),
          reader.read('ready_successes', scope),
        ),
      },
    }),
    ...(live && {
      live: {
        ...live,
        action: reader.read('live_action', scope),
        rhythm: liveRhythm(
          positive(reader, 'live_interval', scope),
          positive(reader, 'live_timeout', scope),
          reader.read('live_failures', scope),
          reader.read('live_successes', scope),
        ),
      },
    }),
  };
}

function probeOf(
  reader: ProbeReader,
  key: 'ready' | 'live',
  scope: Scope,
  own: SocketAddress | undefined,
): { readonly probe: ProbeSpec; readonly text: string } | undefined {
  const written = reader.expanded(key, scope);
  if (written === undefined || written.trim() === '') return undefined;
  const refuse = (message: string, expected: string): undefined => {
    reader.problem(key, message, { expected, got: written });
    return undefined;
  };
  const spec = readProbe(written);
  if ('why' in spec) {
    const [, expected = spec.why] = /^Expected (.*)$/s.exec(spec.why) ?? [];
    return refuse(`Cannot use ${JSON.stringify(written)} as a probe`, expected);
  }
  if (key === 'live' && spec.kind === 'log') {
    return refuse(
      'Cannot tell from a line of the log that a program is still alive',
      'log:REGEX in ready, or another probe in live',
    );
  }
  const probe = withTarget(spec, own);
  if ('target' in probe && probe.target === undefined) {
    return refuse(
      `Cannot ask ${JSON.stringify(written)}: the file does not say where the program listens`,
      `port=8000 (or listen=), or the address in the probe, as in ${probe.kind}:127.0.0.1:8000`,
    );
  }
  return { probe, text: probeText(probe) };
}

function positive(reader: ProbeReader, key: 'live_interval' | 'live_timeout', scope: Scope): number {
  const ms = reader.read(key, scope);
  if (ms >= 10) return ms;
  reader.problem(key, `Cannot ask every ${ms} ms`, { expected: 'at least 10ms', got: reader.raw(key) });
  return 1000;
}

/** Where the program listens, as far as its settings say: a held socket, the socket of FastCGI, its port. */
export function addressOf(
  listen: ListenConfig | undefined,
  socket: FcgiSocketConfig | undefined,
  ports: readonly PortConfig[],
  bind: string,
): SocketAddress | undefined {
  const held = listen?.sockets[0]?.address;
  if (held !== undefined) return held;
  if (socket?.url.startsWith('unix://')) return { family: 'unix', path: socket.url.slice('unix://'.length) };
  const [, host, digits] = /^tcp:\/\/(.*):(\d+)$/.exec(socket?.url ?? '') ?? [];
  if (host !== undefined) return { family: 'inet', host, port: Number(digits) };
  const port = ports.find(({ key }) => key === 'port')?.port ?? ports[0]?.port;
  return port === undefined ? undefined : { family: 'inet', host: bind, port };
}

/** `roll_batch` and `roll_surge`, where they are written. */
export function readRolls(
  reading: Reading,
  section: string,
  scope: Scope,
): Pick<ProcessConfig, 'rollBatch' | 'rollSurge'> {
  const reader: ProbeReader = new SectionReader(reading, probeOptions, section);
  const surge = reader.read('roll_surge', scope);
  return {
    ...(reader.isWritten('roll_batch') && { rollBatch: batchIn(reader, scope) }),
    ...(surge > 0 && { rollSurge: surge }),
  };
}

/** A share ends with a % that begins no expansion. */
function batchIn(reader: ProbeReader, scope: Scope): string | undefined {
  const written = reader.raw('roll_batch');
  const isShare = /^\s*\d+%{1,2}\s*$/.test(written);
  return isShare ? reader.parsed('roll_batch', written.replace('%%', '%')) : reader.read('roll_batch', scope);
}
