/** Keys for programs that listen on ports of their own; Supervisor passes them over. */
import type { OptionTable } from '../../config/option.ts';
import { integer, portNumber, Refusal, text, type ValueType } from '../../config/values.ts';

export const basePort: ValueType<number | 'auto'> = {
  name: 'port',
  expected: 'a port number from 1 to 65535, or auto',
  parse(value) {
    if (value.trim().toLowerCase() === 'auto') return 'auto';
    try {
      return portNumber(value);
    } catch {
      throw new Refusal(`Cannot use ${JSON.stringify(value)} as a port`);
    }
  },
};

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export const portRange: ValueType<PortRange> = {
  name: 'port range',
  expected: 'two port numbers such as 20000-29999',
  parse(value) {
    const [, first, last] = /^\s*(\d{1,5})\s*-\s*(\d{1,5})\s*$/.exec(value) ?? [];
    const range = { first: Number(first), last: Number(last) };
    if (first === undefined || range.first < 1 || range.last > 65_535 || range.first > range.last) {
      throw new Refusal(`Cannot use ${JSON.stringify(value)} as a range of ports`);
    }
    return range;
  },
};

/** Further ones, `port_NAME`, are read like `port`. */
export const portOptions = {
  port: {
    type: basePort,
    names: 'program',
    ours: true,
    doc:
      'The port of the first process; each further one has `port_step` more. `auto`: a free one out of port_range. It ' +
      'is `%(port)d`, and PORT in the environment. Further ports: `port_NAME`, `%(port_NAME)d`, PORT_NAME.',
  },
  port_step: {
    type: integer,
    initial: '1',
    names: 'program',
    ours: true,
    doc: 'How far the ports of two processes are apart.',
  },
  bind: {
    type: text,
    initial: '127.0.0.1',
    names: 'program',
    ours: true,
    doc: 'The address that it listens on, as `%(bind)s`; for the checks of ports.',
  },
} as const satisfies OptionTable;

/** `port_metrics` but not `port_step`. */
export const furtherPort = /^port_(?!step$)([a-z0-9_]+)$/;
