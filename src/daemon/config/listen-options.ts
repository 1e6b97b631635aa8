/** Keys for sockets that the daemon holds and programs accept on; Supervisor passes them over. */
import { isIPv6 } from 'node:net';
import { duration } from '../../config/duration.ts';
import type { OptionTable } from '../../config/option.ts';
import { normalPath } from '../../config/paths.ts';
import {
  boolean,
  integer,
  list,
  octal,
  owner,
  portNumber,
  Refusal,
  type ValueHost,
  type ValueType,
} from '../../config/values.ts';
import type { HeldAddress } from './model.ts';

/** struct sockaddr_un has room for so many bytes and a NUL. */
const maxPathBytes = 107;
const unixPrefix = 'unix://';

/** An address and its URL in one form, so that the same address is the same text. */
export interface HeldUrl {
  readonly url: string;
  readonly address: HeldAddress;
}

const heldUrls: ValueType<readonly HeldUrl[]> = {
  name: 'URLs',
  expected: '`tcp://host:port`, `tcp://[address]:port`, `unix:///path`, with commas between them',
  parse: (value, host) => list.parse(value, host).map((url) => heldUrl(url, host)),
};

function heldUrl(text: string, host: ValueHost): HeldUrl {
  if (text.startsWith(unixPrefix)) {
    const written = text.slice(unixPrefix.length);
    if (!written.startsWith('/')) throw refusal(text, 'the path must be absolute');
    const path = normalPath(written, host);
    if (Buffer.byteLength(path) > maxPathBytes) throw refusal(text, `the path is longer than ${maxPathBytes} bytes`);
    return { url: `${unixPrefix}${path}`, address: { family: 'unix', path } };
  }
  const [, written, digits] = /^tcp:\/\/(.*):([^:\]]*)$/.exec(text) ?? [];
  if (written === undefined || digits === undefined) throw refusal(text);
  const name = written.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (isIPv6(name) && !name.includes('%')) return inet(`[${name}]`, name, portOf(text, digits));
  // `bind` may be empty or *, and then means every address.
  const plain = written === '' || written === '*' ? '0.0.0.0' : written.toLowerCase();
  if (!/^[\p{L}\d._-]+$/u.test(plain)) throw refusal(text);
  return inet(plain, plain, portOf(text, digits));
}

function inet(inUrl: string, host: string, port: number): HeldUrl {
  return { url: `tcp://${inUrl}:${port}`, address: { family: 'inet', host, port } };
}

function portOf(text: string, digits: string): number {
  try {
    return portNumber(digits);
  } catch {
    throw refusal(text, `${JSON.stringify(digits)} is no port`);
  }
}

function refusal(text: string, why?: string): Refusal {
  return new Refusal(`Cannot listen on ${JSON.stringify(text)}${why === undefined ? '' : `: ${why}`}`);
}

const listenStyle: ValueType<'fds' | 'stdin'> = {
  name: 'fds or stdin',
  expected: 'fds or stdin',
  parse(value) {
    const word = value.toLowerCase();
    if (word === 'fds' || word === 'stdin') return word;
    throw new Refusal(`Cannot hand sockets over as ${JSON.stringify(value)}`);
  },
};

export const listenOptions = {
  listen: {
    type: heldUrls,
    names: 'own environment',
    ours: true,
    doc:
      'Sockets that the daemon binds and listens on, but never accepts on: `tcp://host:port`, `unix:///path`. They stay ' +
      'open while the program restarts, crashes or is stopped, and connections wait; they are closed when it is FATAL, ' +
      'when it is removed, and at shutdown. A URL that is the same for all processes is one socket, which they share.',
  },
  listen_as: {
    type: listenStyle,
    initial: 'fds',
    names: 'own environment',
    ours: true,
    doc:
      '`fds`: the sockets are descriptors 3, 4, ... in the order of `listen`, with LISTEN_FDS, LISTEN_PID and ' +
      'LISTEN_FDNAMES in the environment (gunicorn takes them by itself and wants no `--bind` then). `stdin`: a single ' +
      'one is descriptor 0.',
  },
  listen_names: {
    type: list,
    initially: "the program's name",
    names: 'own environment',
    ours: true,
    doc: 'What LISTEN_FDNAMES calls the sockets, in the order of `listen`.',
  },
  listen_backlog: {
    type: integer,
    initial: '1024',
    names: 'own environment',
    ours: true,
    doc: 'How many connections may wait, 1 to 65535; the system may allow fewer (net.core.somaxconn).',
  },
  listen_mode: {
    type: octal,
    initially: '0700',
    names: 'own environment',
    ours: true,
    doc: 'The permissions of unix sockets of `listen`.',
  },
  listen_owner: {
    type: owner,
    initially: 'user and its group, if user is another account',
    names: 'own environment',
    ours: true,
    refusal: 'Invalid listen_owner value',
    doc: 'Who owns unix sockets of `listen`: `user` or `user:group`.',
  },
  reuseport: {
    type: boolean,
    initial: 'false',
    names: 'own environment',
    ours: true,
    doc: 'Each process has tcp sockets of `listen` of its own (SO_REUSEPORT), and the kernel spreads the connections.',
  },
  on_demand: {
    type: boolean,
    initial: 'false',
    names: 'own environment',
    ours: true,
    doc:
      'Instead of autostart: it is STOPPED until somebody connects to its socket, and then all processes that share the ' +
      'socket are started. `stop` closes the socket until the next `start`.',
  },
  idle_stop: {
    type: duration,
    initial: '0',
    names: 'own environment',
    ours: true,
    doc:
      'With on_demand: it is stopped when nobody has been connected to its sockets for so long (0: never), and waits for ' +
      'the next connection.',
  },
} as const satisfies OptionTable;
