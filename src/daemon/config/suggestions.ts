/** "Did you mean": keys and sections that mean nothing, but nearly have the name of one that does. */
import { closest } from '../../config/closest.ts';
import type { IniFile } from '../../config/ini.ts';
import type { Suggestion } from './model.ts';
import { kindOf, sectionKinds } from './sections.ts';

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
