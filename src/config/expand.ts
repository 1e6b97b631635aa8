import { type FormatValue, percentFormat } from './percent-format.ts';
import { compareText, printed } from './python-text.ts';
import { Refusal } from './values.ts';

/** What `%(name)s` can stand for: texts, and the two numbers `process_num` and `numprocs`. */
export type Names = ReadonlyMap<string, FormatValue>;

/**
 * Replaces every `%(name)s` of a setting (supervisor.options.expand). `label` is `program:web.command`, as the
 * refusals print it. Throws `Refusal` in Supervisor's words; a lone `%s`, for which Supervisor would put the printed
 * form of all names in, is refused as well.
 */
export function expand(text: string, names: Names, label: string): string {
  if (!text.includes('%')) return text;
  const result = percentFormat(text, names);
  if (result.type === 'done') return result.text;
  if (result.type === 'unknown name') {
    const available = [...names.keys()].sort(compareText).join(', ');
    throw new Refusal(
      `Format string ${printed(text)} for ${printed(label)} contains names (${printed(result.name)}) which cannot be ` +
        `expanded. Available names: ${available}`,
    );
  }
  throw new Refusal(`Format string ${printed(text)} for ${printed(label)} is badly formatted: ${result.reason}`);
}

/** The start-up environment as the names `ENV_X`. */
export function environmentNames(environment: Readonly<Record<string, string | undefined>>): Map<string, FormatValue> {
  const names = new Map<string, FormatValue>();
  for (const [key, value] of Object.entries(environment)) if (value !== undefined) names.set(`ENV_${key}`, value);
  return names;
}
