/** "Did you mean": keys and sections that mean nothing, but nearly have the name of one that does. */
import type { IniFile } from '../../config/ini.ts';
import type { Suggestion } from './model.ts';
import { kindOf, sectionKinds } from './sections.ts';

/** More changed letters than this make another word. */
const maxDistance = 2;

/** The known word that is nearest, if it is near enough. */
export function closest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.min(maxDistance, Math.floor(word.length / 2)) + 1;
  for (const candidate of known) {
    const distance = candidate === word ? Number.POSITIVE_INFINITY : editDistance(word, candidate, bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** How many letters must be changed, added, taken away or swapped with their neighbour; stops counting at `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? limit;
}

/** All of them, in the order of the sections. */
export function suggestionsFor(ini: IniFile): Suggestion[] {
  return ini.sections().flatMap((section) => {
    const kind = kindOf(section);
    if (kind === undefined) return sectionSuggestion(ini, section);
    if (kind.open === true) return [];
    const known = Object.keys(kind.options);
    return ini.ownKeys(section).flatMap((key) => {
      const meant = known.includes(key) ? undefined : closest(key, known);
      const place = ini.get(section, key)?.place;
      return meant === undefined || place === undefined ? [] : [{ ...place, section, key, hint: meant }];
    });
  });
}

function sectionSuggestion(ini: IniFile, section: string): Suggestion[] {
  const colon = section.indexOf(':');
  const word = colon < 0 ? section : section.slice(0, colon);
  const known = sectionKinds.filter(({ named }) => named === 'may' || (named === 'must') === colon >= 0);
  const meant = closest(
    word.trim().toLowerCase(),
    known.map(({ kind }) => kind).filter((kind) => kind !== word),
  );
  const exact = known.find(({ kind }) => kind === word.trim().toLowerCase())?.kind;
  const hint = exact ?? meant;
  const place = ini.placeOf(section);
  if (hint === undefined || place === undefined) return [];
  return [{ ...place, section, key: undefined, hint: `[${hint}${colon < 0 ? '' : section.slice(colon)}]` }];
}
