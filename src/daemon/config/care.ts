/** What `memory_limit` and `max_age` of a program say. */
import type { MaxAge } from '../core/care.ts';
import { careOptions } from './care-options.ts';
import { type Reading, type Scope, SectionReader } from './reading.ts';

export interface CareConfig {
  readonly memory: { readonly bytes: number; readonly action: 'restart' | 'roll' } | undefined;
  readonly maxAge: MaxAge | undefined;
}

/** Undefined where neither is written. What cannot be read is reported. */
export function readCare(reading: Reading, section: string, scope: Scope): CareConfig | undefined {
  const reader = new SectionReader(reading, careOptions, section);
  const bytes = reader.read('memory_limit', scope);
  const action = reader.read('memory_action', scope);
  const maxAge = reader.isWritten('max_age') ? readAge(reader, scope) : undefined;
  if (bytes === undefined && maxAge === undefined) return undefined;
  if (bytes !== undefined && bytes < 1) {
    reader.problem('memory_limit', `Cannot limit memory to ${bytes} bytes`, {
      expected: 'a size such as 512MB, or no memory_limit',
      got: reader.raw('memory_limit'),
    });
  }
  return { memory: bytes === undefined ? undefined : { bytes, action }, maxAge };
}

/** The % at the end of a share begins no expansion. */
function readAge(reader: SectionReader<typeof careOptions>, scope: Scope): MaxAge | undefined {
  const text = reader.raw('max_age').replace(/(\d)\s*%\s*$/, '$1%%');
  const expanded = reader.expand('max_age', text, scope, `${reader.section}.max_age`);
  return expanded === undefined ? undefined : reader.parsed('max_age', expanded);
}
