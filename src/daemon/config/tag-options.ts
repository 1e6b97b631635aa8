/** The key `tags`: names by which programs can be chosen together; Supervisor passes it over. */
import type { OptionTable } from '../../config/option.ts';
import { list, Refusal, type ValueType } from '../../config/values.ts';
import type { ProcessConfig } from './model.ts';
import { type Reading, type Scope, SectionReader } from './reading.ts';

const tags: ValueType<readonly string[]> = {
  name: 'tags',
  expected: 'words of letters, digits, `_`, `-` and `.`, with commas between them',
  parse(value, host) {
    const words = [...new Set(list.parse(value, host).filter(Boolean))];
    const wrong = words.find((word) => !/^[\p{L}\p{N}_.-]+$/u.test(word));
    if (wrong !== undefined) throw new Refusal(`Cannot use ${JSON.stringify(wrong)} as a tag`);
    return words;
  },
};

export const tagOptions = {
  tags: {
    type: tags,
    names: 'program',
    ours: true,
    doc: 'Words by which programs are chosen together, such as `@web` in a command or a dashboard.',
  },
} as const satisfies OptionTable;

/** Only what is written. */
export function readTags(reading: Reading, section: string, scope: Scope): Pick<ProcessConfig, 'tags'> {
  const read = new SectionReader(reading, tagOptions, section).read('tags', scope);
  return read === undefined || read.length === 0 ? {} : { tags: read };
}
