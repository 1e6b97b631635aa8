/** Reads a configuration as the daemon does, and looks at it with every rule. */

import type { Finding } from '../../../config/diagnosis.ts';
import { environmentNames } from '../../../config/expand.ts';
import type { IniFile } from '../../../config/ini.ts';
import type { ConfigHost } from '../host.ts';
import { readFiles } from '../include.ts';
import { type LoadRequest, loadConfig } from '../load.ts';
import type { LoadResult } from '../model.ts';
import { programsOf } from './program.ts';
import type { Context, FoundAt, Rule } from './rule.ts';
import { families } from './rules.ts';

export interface Examined {
  readonly result: LoadResult;
  /** Without any if the configuration cannot be used. */
  readonly findings: readonly Finding[];
}

/** Synchronous and without effects. `purpose` chooses which rules look. */
export function examine(request: LoadRequest, host: ConfigHost, purpose: 'use' | 'supervisor' = 'use'): Examined {
  const result = loadConfig(request, host);
  const files = result.ok ? readFiles(request.file, environmentNames(request.environment), host) : undefined;
  if (!result.ok || files?.ok !== true) return { result, findings: [] };
  const { config } = result;
  const { ini } = files.set.reading;
  const context: Context = { config, ini, host, programs: programsOf(config.groups, ini, host) };
  const rules = families
    .flatMap((family) => family.rules)
    .filter((rule) => (rule.for === 'supervisor') === (purpose === 'supervisor'));
  const findings = rules.flatMap((rule) =>
    foundBy(rule, context).map((found) => findingOf(rule, found, ini, request.file)),
  );
  return { result, findings: sorted(findings, ini) };
}

function foundBy(rule: Rule, context: Context): readonly FoundAt[] {
  if ('survey' in rule) return rule.survey(context);
  return context.programs.flatMap((program) => {
    const found = rule.look(program, context);
    return found === undefined ? [] : [{ ...found, section: program.section }];
  });
}

function findingOf(rule: Rule, { section, key, place, what, fix }: FoundAt, ini: IniFile, file: string): Finding {
  const where = place ?? (key === undefined ? undefined : ini.get(section, key)?.place) ?? ini.placeOf(section);
  return { rule: rule.id, file: where?.file ?? file, line: where?.line, section, key, what, fix, source: rule.source };
}

/** In the order in which one would read the files. */
function sorted(findings: readonly Finding[], ini: IniFile): Finding[] {
  const files = [...new Set(ini.sections().map((section) => ini.placeOf(section)?.file ?? ''))];
  const rank = (finding: Finding): number => files.indexOf(finding.file);
  return findings.toSorted((a, b) => rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0));
}
