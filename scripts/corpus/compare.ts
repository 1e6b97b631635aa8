import type { Answer, Json } from './answer.ts';

/** One difference between our answer and the expected one; `path` is `$.groups[0].name`. */
export interface Difference {
  readonly path: string;
  readonly expected: Json | undefined;
  readonly got: Json | undefined;
}

/** Everything that differs. Where an error is expected any error will do: its wording is not compared. */
export function differences(expected: Json | undefined, got: Json | undefined, path = '$'): Difference[] {
  if (Array.isArray(expected) && Array.isArray(got)) {
    const length = Math.max(expected.length, got.length);
    return Array.from({ length }, (_, index) => differences(expected[index], got[index], `${path}[${index}]`)).flat();
  }
  if (isObject(expected) && isObject(got)) {
    if (Object.hasOwn(expected, 'error') && Object.hasOwn(got, 'error')) return [];
    const keys = new Set([...Object.keys(expected), ...Object.keys(got)]);
    return [...keys].sort().flatMap((key) => differences(own(expected, key), own(got, key), `${path}.${key}`));
  }
  return expected === got ? [] : [{ path, expected, got }];
}

function isObject(json: Json | undefined): json is { readonly [key: string]: Json } {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function own(object: { readonly [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/**
 * The section that a refusal of Supervisor's names; undefined if it names none. The suffix of a program comes first:
 * it stands behind any text, and that text may quote what looks like a section.
 */
export function blamedSection(text: string): string | undefined {
  const suffix =
    / in section '((?:[^'\\]|\\.)*)' \(file: .*\)$/s.exec(text) ?? / in section "(.*)" \(file: .*\)$/s.exec(text);
  if (suffix !== null) return suffix[1];
  const label = / for '([^']*)\.[^'.]*' (?:contains names|is badly formatted)/s.exec(text);
  if (label !== null) return label[1];
  const bracketed =
    /^\[(.+?)\] (?:section |names unknown |name )/s.exec(text) ??
    /^[Ss]ection \[(.+?)\] (?:has no|does not|contains)/s.exec(text) ??
    / (?:cannot be resolved within|in) \[(.+?)\](?: events| socket)?$/s.exec(text);
  if (bracketed !== null) return bracketed[1];
  return /^\.ini file (?:has \[(include)\]|does not include (\w+))/.exec(text)?.slice(1).find(Boolean);
}

/** What speaks against a refusal of ours being the expected one. */
export function refusalDifferences(expected: string, got: Extract<Answer, { type: 'refused' }>): Difference[] {
  if (got.text === expected) return [];
  const wanted = blamedSection(expected);
  const blamed = blamedSection(got.text) ?? got.problem.section;
  if (wanted !== undefined) {
    const same = wanted === blamed || wanted === got.problem.section;
    return same ? [] : [{ path: '$.error (the section blamed)', expected: wanted, got: blamed ?? got.text }];
  }
  // It names no section: what Python says about bytes and lines must at least be about the same kind of mistake.
  const kinds = [/codec can't decode/, /File contains no section headers/, /Source contains parsing errors/];
  const kind = kinds.find((pattern) => pattern.test(expected));
  if (kind?.test(got.text) === true) return [];
  return [{ path: '$.error', expected, got: got.text }];
}
