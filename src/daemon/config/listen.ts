/** The sockets of one process that the daemon holds for it: `listen` and the keys that go with it. */
import { listenOptions } from './listen-options.ts';
import type { HeldSocketConfig, ListenConfig, PortConfig } from './model.ts';
import { overlaps } from './ports.ts';
import type { programOptions } from './program-options.ts';
import type { Scope, SectionReader } from './reading.ts';

const listenKeys = Object.keys(listenOptions) as (keyof typeof listenOptions)[];
const maxBacklog = 65_535;
/** systemd's rule, sd_listen_fds(3): so long, printable, and without the colon that stands between two names. */
const descriptorName = /^(?!.*:)[\x20-\x7e]{1,255}$/;

/** Undefined without `listen`; `program` is the program's name. What cannot be read is reported. */
export function readListen(
  reader: SectionReader<typeof programOptions>,
  program: string,
  scope: Scope,
): ListenConfig | undefined {
  if (!listenKeys.some((key) => reader.isWritten(key))) return undefined;
  const urls = reader.read('listen', scope);
  const as = reader.read('listen_as', scope);
  const names = readNames(reader, scope);
  const backlog = readBacklog(reader, scope);
  const mode = reader.read('listen_mode', scope);
  const owner = reader.read('listen_owner', scope);
  const isSpread = reader.read('reuseport', scope);
  const isOnDemand = reader.read('on_demand', scope);
  const idleStopMs = reader.read('idle_stop', scope);
  if (isOnDemand && urls === undefined) {
    reader.problem('on_demand', 'Cannot start on demand without a socket to wait at', {
      expected: 'listen=tcp://127.0.0.1:8000, or another URL',
      got: reader.raw('on_demand'),
    });
  } else if (idleStopMs > 0 && !isOnDemand) {
    reader.problem('idle_stop', 'Cannot use idle_stop: nothing would start the program again', {
      expected: 'on_demand=true',
      got: reader.raw('idle_stop'),
    });
  }
  if (urls === undefined) return undefined;

  const text = urls.map(({ url }) => url).join(',');
  const refuse = (key: keyof typeof listenOptions, message: string, expected: string): void =>
    reader.problem(key, message, { expected, got: reader.raw(key) });
  if (new Set(urls.map(({ url }) => url)).size < urls.length) {
    refuse('listen', `Cannot listen twice on one address of ${JSON.stringify(text)}`, 'each address once');
  }
  if (as === 'stdin' && urls.length > 1) {
    refuse('listen_as', `Cannot make descriptor 0 of ${urls.length} sockets`, 'a single URL in listen with stdin');
  }
  if (as === 'stdin' && !reader.section.startsWith('program:')) {
    const what = reader.section.startsWith('eventlistener:') ? 'the protocol' : 'the socket of "socket"';
    refuse('listen_as', `Cannot make descriptor 0 of a socket: there it is ${what}`, 'fds');
  }
  if (names !== undefined && names.length !== urls.length) {
    refuse(
      'listen_names',
      `Cannot give ${names.length} names to ${urls.length} sockets`,
      'a name for each URL of listen',
    );
  }
  const isUnix = urls.some(({ address }) => address.family === 'unix');
  for (const key of ['listen_mode', 'listen_owner'] as const) {
    if (!isUnix && reader.isWritten(key)) {
      refuse(key, `Cannot use ${key}: it is for unix sockets, and listen has none`, 'a unix:// URL in listen');
    }
  }
  if (isSpread && isUnix) {
    refuse('reuseport', 'Cannot use reuseport with a unix socket: only tcp has it', 'tcp:// URLs in listen');
  }
  const user = reader.read('user', scope);
  const { uid } = reader.reading.host;
  const others = user !== undefined && user.uid !== uid ? ([user.uid, user.gid] as const) : undefined;
  const sockets = urls.map(
    ({ url, address }): HeldSocketConfig => ({
      url,
      address,
      backlog,
      ...(address.family === 'unix' ? { mode: mode ?? 0o700, owner: owner ?? others } : {}),
      isSpread,
    }),
  );
  return { sockets, as, names: names ?? urls.map(() => program), ...(isOnDemand && { onDemand: { idleStopMs } }) };
}

function readNames(reader: SectionReader<typeof programOptions>, scope: Scope): readonly string[] | undefined {
  const names = reader.read('listen_names', scope);
  const bad = names?.find((name) => !descriptorName.test(name));
  if (bad !== undefined) {
    reader.problem('listen_names', `Cannot use ${JSON.stringify(bad)} as the name of a descriptor`, {
      expected: 'printable characters without ":"',
      got: bad,
    });
  }
  return names;
}

function readBacklog(reader: SectionReader<typeof programOptions>, scope: Scope): number {
  const backlog = reader.read('listen_backlog', scope);
  if (backlog >= 1 && backlog <= maxBacklog) return backlog;
  reader.problem('listen_backlog', `Cannot let ${backlog} connections wait`, {
    expected: `a number from 1 to ${maxBacklog}`,
    got: String(backlog),
  });
  return 1;
}

/** Marks those ports on which the daemon itself listens for the process: nobody need look whether they are free. */
export function markHeld(ports: readonly PortConfig[], bind: string, listen: ListenConfig | undefined): PortConfig[] {
  return ports.map((one) => {
    const isHeld = listen?.sockets.some(
      ({ address }) => address.family === 'inet' && address.port === one.port && overlaps(address.host, bind),
    );
    return isHeld === true ? { ...one, isHeld } : one;
  });
}
