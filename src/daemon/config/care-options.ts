/** Keys about programs that grow or grow old; Supervisor passes them over. */
import { duration } from '../../config/duration.ts';
import type { OptionTable } from '../../config/option.ts';
import { Refusal, size, type ValueType } from '../../config/values.ts';
import type { MaxAge } from '../core/care.ts';

const age: ValueType<MaxAge> = {
  name: 'age',
  expected: 'a time such as 24h, or one with a spread such as 24h~10%',
  parse(value, host) {
    const [, time = '', share = '0'] = /^([^~]*)(?:~\s*(\d{1,2})\s*%\s*)?$/.exec(value) ?? [];
    const ms = duration.parse(time, host);
    if (ms < 1000) throw new Refusal(`Cannot use ${JSON.stringify(value)} as an age: it is under a second`);
    return { ms, spread: Number(share) / 100 };
  },
};

const action: ValueType<'restart' | 'roll'> = {
  name: 'restart or roll',
  expected: 'restart or roll',
  parse(value) {
    const word = value.trim().toLowerCase();
    if (word === 'restart' || word === 'roll') return word;
    throw new Refusal(`Cannot use ${JSON.stringify(value)} as memory_action`);
  },
};

export const careOptions = {
  memory_limit: {
    type: size,
    names: 'program',
    ours: true,
    doc:
      'How much memory it and its children may use (PSS, or RSS where that cannot be read), looked at every 10 seconds: ' +
      'twice in a row above, and memory_action follows. A number of bytes, or `512MB`.',
  },
  memory_action: {
    type: action,
    initial: 'restart',
    names: 'program',
    ours: true,
    doc: '`restart`: at once, which counts for restart_limit. `roll`: as a rolling restart of this one, and while another of the program serves.',
  },
  max_age: {
    type: age,
    names: 'program',
    ours: true,
    doc:
      'It is restarted, as a rolling restart of this one, when it has run for so long: `24h`, or `24h~10%`, which makes it ' +
      'up to 10 % earlier, each process at another time. Of several, one at a time, and while another of them serves.',
  },
} as const satisfies OptionTable;
