/** The key `reload`: how a running program takes in what has changed; Supervisor passes it over. */
import type { OptionTable } from '../../config/option.ts';
import { numberOfSignal, signalNumbers } from '../../config/signals.ts';
import { Refusal, type ValueType } from '../../config/values.ts';
import type { ProcessConfig } from './model.ts';
import { type Reading, type Scope, SectionReader } from './reading.ts';

export type ReloadConfig =
  | { readonly type: 'signal'; readonly signal: number }
  /** Without a shell, beside the program and as it; MAINPID says which process is meant. */
  | { readonly type: 'command'; readonly command: string }
  | { readonly type: 'roll' };

const wayToReload: ValueType<ReloadConfig> = {
  name: 'way to reload',
  expected: 'signal and a name such as HUP, command and the words of one, or roll',
  parse(value) {
    const [, way, rest = ''] = /^\s*(\S+)\s*(.*?)\s*$/s.exec(value) ?? [];
    if (way === 'roll' && rest === '') return { type: 'roll' };
    if (way === 'command' && rest !== '') return { type: 'command', command: rest };
    const signal = way === 'signal' ? numberOfSignal(rest) : undefined;
    if (signal === undefined || signal < 1 || !signalNumbers.has(signal)) {
      throw new Refusal(`Cannot use ${JSON.stringify(value)} as a way to reload`);
    }
    return { type: 'signal', signal };
  },
};

export const reloadOptions = {
  reload: {
    type: wayToReload,
    names: 'own environment',
    ours: true,
    doc:
      'What `reload NAME` does to it: `signal HUP`; `command …`, run without a shell as the program is (user, environment, ' +
      'directory), with its pid as MAINPID, 30 seconds at most; or `roll`, one process after the other.',
  },
} as const satisfies OptionTable;

/** Only what is written. */
export function readReload(reading: Reading, section: string, scope: Scope): Pick<ProcessConfig, 'reload'> {
  const reload = new SectionReader(reading, reloadOptions, section).read('reload', scope);
  return reload === undefined ? {} : { reload };
}
