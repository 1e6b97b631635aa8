/** How configuration files are found and read, whatever their keys are. */
import { optionEffects, options, real, unit } from './evidence.ts';
import { better, same, type Verdict } from './verdict.ts';

const trait = unit('config/fixtures');
const traits = (conf: string) =>
  trait('each trait of the dialect is read as Supervisor 4.2.5 reads it', `test/fixtures/config/${conf}.conf`);

export const files = {
  'where the file is looked for': same(
    optionEffects('without -c the file is looked for above the command, then where one is'),
    options('a warning for root, who lets it search for its file'),
  ),
  'sections, keys, comments, quotes, lines that go on': same(
    traits('continuation'),
    traits('inline-comment'),
    real('config/differential')('5,000 random files are taken apart as Supervisor takes them apart'),
  ),
  'the types of values, and what is said of a wrong one': same(
    real('config/differential')('5,000 random values are read or refused in the words of Supervisor'),
  ),
  '`%(name)s`': same(
    traits('format-kinds'),
    unit('config/documents')('each setting expands the names that its table promises, and no others'),
  ),
  'the words of `environment`': same(traits('environment'), traits('environment-comment')),
  'a file that is wrong': better(
    'All mistakes are said at once, each with its file and line; the first in the words of Supervisor.',
    unit('config/problems')('all mistakes of a file are reported at once, each with its line'),
    unit('config/problems')(
      'a problem stands in the file that holds the line, and names the file that began the section',
    ),
  ),
  'a key that is misspelt': better(
    'Is passed over as under Supervisor; `--test` says which one was meant.',
    unit('config/load')('a misspelt key or section is hinted at, and is no error'),
  ),
} satisfies Readonly<Record<string, Verdict>>;
