/**
 * The way of the daemon's entries through the `ini` package. That package reads another dialect: it would split
 * `[program:a.b]` at the dot, cut values at `;`, take quotes away and turn `true` into a boolean (docs/adr/0003). So
 * it is given a text that both dialects read alike: sections and keys are positions, values are JSON strings.
 */
import { parse } from 'ini';
import type { Entry } from '../../config/ini.ts';

/** The same entries, each value as the `ini` package reads it out of the canonical text. */
export function throughIni(entries: readonly Entry[]): Entry[] {
  const parsed: unknown = parse(canonicalText(entries));
  let section = -1;
  return entries.map((entry, index) => {
    if (entry.type === 'section') {
      section = index;
      return entry;
    }
    return { ...entry, value: valueAt(parsed, `s${section}`, `k${index}`) };
  });
}

function canonicalText(entries: readonly Entry[]): string {
  const lines = entries.map((entry, index) =>
    entry.type === 'section' ? `[s${index}]` : `k${index}=${oneLine(JSON.stringify(entry.value))}`,
  );
  return lines.join('\n');
}

/** JSON leaves the two line separators of Unicode as they are, and the package's expression for a line ends at them. */
function oneLine(json: string): string {
  return json.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

function valueAt(parsed: unknown, section: string, key: string): string {
  const settings = property(parsed, section);
  const value = property(settings, key);
  // The package makes booleans and null of "true", "false" and "null".
  return typeof value === 'string' ? value : String(value);
}

function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}
