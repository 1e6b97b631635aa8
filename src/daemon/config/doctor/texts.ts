/** What the text of a file turned into: comments that cut, quotes that do not end, variables that nobody expands. */
import { scan } from '../../../config/ini.ts';
import type { OptionTable } from '../../../config/option.ts';
import { splitCommand } from '../command-line.ts';
import { tokens } from '../environment.ts';
import { kindOf } from '../sections.ts';
import type { Program } from './program.ts';
import type { Context, FileRule, FoundAt, ProgramRule } from './rule.ts';

const grammar = 'https://supervisord.org/configuration.html#file-format';
const valuesOf = 'https://supervisord.org/configuration.html#program-x-section-values';

/** The line of a setting as it stands in its file. */
function lineOf({ section, ...program }: Program, { ini, host }: Context, key: string): string {
  const place = program.written(key) === undefined ? undefined : ini.get(section, key)?.place;
  const read = place === undefined ? undefined : host.readFile(place.file);
  return read?.type === 'text' && place !== undefined ? (read.text.split(/\r\n|\n|\r/)[place.line - 1] ?? '') : '';
}

/** The pairs of an `environment` with what stands where a comma belongs. */
function pairsOf(
  text: string,
): { readonly key: string; readonly value: string; readonly separator: string | undefined }[] {
  // What expands is as good as any word: what it holds is not looked at.
  const all = [...tokens(text.replaceAll(/%\(\w+\)[-+ #0]*\d*[a-z]/g, 'x').replaceAll('%%', '%'))];
  const pairs = [];
  for (let at = 0; at + 2 < all.length; at += 4) {
    pairs.push({ key: all[at] ?? '', value: all[at + 2] ?? '', separator: all[at + 3] });
  }
  return pairs;
}

/** Where an `environment` stands: of a program, or of the daemon. */
function environments({ ini }: Context): { readonly section: string; readonly text: string }[] {
  const sections = ini
    .sections()
    .filter((name) => name === 'supervisord' || /^(?:program|fcgi-program|eventlistener):/.test(name));
  return sections.flatMap((section) => {
    const text = ini.get(section, 'environment')?.value;
    return text === undefined ? [] : [{ section, text }];
  });
}

const shellNames = 'PATH|HOME|USER|LOGNAME|PWD|SHELL|LANG|HOSTNAME|PYTHONPATH|LD_LIBRARY_PATH|NODE_PATH';

export const textRules: readonly (ProgramRule | FileRule)[] = [
  {
    id: 'command-quotes',
    title: 'A command that cannot be split into words',
    why: 'A quotation that does not end makes every start fail; often a comment has cut the line, for ; and # begin one behind a blank, inside quotes too.',
    source: grammar,
    look(program, context) {
      const split = splitCommand(program.process.command);
      if (split.type === 'argv') return;
      const isCut = /["'].*\s[;#]/.test(lineOf(program, context, 'command'));
      return {
        key: 'command',
        what: isCut
          ? 'A comment begins inside the quotes of this command, and cuts it'
          : `This command cannot be split into words: ${split.why}`,
        fix: isCut
          ? 'no blank before the ; or #, or a script of your own'
          : 'close the quotation, or put a backslash before the quote',
      };
    },
  },
  {
    id: 'command-empty',
    title: 'A command without a word',
    why: 'There is nothing to run: every start fails.',
    source: valuesOf,
    look({ process }) {
      const split = splitCommand(process.command);
      if (split.type !== 'argv' || split.argv.length > 0) return;
      return { key: 'command', what: 'This command is empty', fix: 'command=…, or take the section out' };
    },
  },
  {
    id: 'environment-cut',
    title: 'A variable that ends too early',
    why: 'Without quotes a value ends at the first &, ?, $, @ or blank, and what follows is passed over or becomes a variable of its own.',
    source: valuesOf,
    survey: (context) =>
      environments(context).flatMap(({ section, text }): FoundAt[] => {
        const cut = pairsOf(text).find(
          ({ value, separator }) => (separator !== undefined && !/^[,;]$/.test(separator)) || /^[$~?@&%*]$/.test(value),
        );
        if (cut === undefined) return [];
        return [
          {
            section,
            key: 'environment',
            what: `The value of ${cut.key} ends at a character that wants quotes`,
            fix: `${cut.key}="…"`,
          },
        ];
      }),
  },
  {
    id: 'environment-variable',
    title: 'A shell variable in environment',
    why: 'No shell reads environment: $PATH in it stays as it is, and the program finds nothing.',
    source: 'https://supervisord.org/subprocess.html#subprocess-environment',
    survey: (context) =>
      environments(context).flatMap(({ section, text }): FoundAt[] => {
        for (const { key, value } of pairsOf(text)) {
          const [, name] = new RegExp(`\\$\\{?(${shellNames}|${key.replaceAll(/\W/g, '')})\\b`).exec(value) ?? [];
          if (name !== undefined && name !== '') {
            return [
              {
                section,
                key: 'environment',
                what: `$${name} in the value of ${key} stays as it is`,
                fix: `%(ENV_${name})s`,
              },
            ];
          }
        }
        return [];
      }),
  },
  {
    id: 'key-twice',
    title: 'A key that stands there twice',
    why: 'The last one counts, and the others are passed over without a word.',
    source: grammar,
    survey({ config, host }) {
      return config.files.flatMap((file): FoundAt[] => {
        const read = host.readFile(file);
        const scanned = read.type === 'text' ? scan(read.text) : undefined;
        if (scanned?.type !== 'entries') return [];
        const seen = new Map<string, string>();
        const found: FoundAt[] = [];
        for (const entry of scanned.entries) {
          const options: OptionTable | undefined = kindOf(entry.section)?.options;
          if (entry.type !== 'setting' || options?.[entry.key] === undefined) continue;
          const id = `${entry.section}\0${entry.key}`;
          const before = seen.get(id);
          if (before !== undefined && before !== entry.value) {
            const { section, key, line } = entry;
            found.push({
              section,
              key,
              place: { file, line },
              what: `${key} stands in [${section}] twice, and the last one counts`,
              fix: 'take one of them out',
            });
          }
          seen.set(id, entry.value);
        }
        return found;
      });
    },
  },
];
