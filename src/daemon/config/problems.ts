import type { Problem } from './model.ts';

/** The one line that Supervisor prints after `Error: `, and that a CANT_REREAD fault carries. */
export function supervisorText(problem: Problem): string {
  return problem.message + (problem.suffix ?? '');
}

/** All problems for a person: each where it stands, in Supervisor's words, with what would have been right. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(formatProblem).join('\n');
}

function formatProblem(problem: Problem): string {
  const { file, line, section, key, message, expected, got, hint } = problem;
  const place = file === undefined ? undefined : line === undefined ? file : `${file}:${line}`;
  const setting = section === undefined ? key : key === undefined ? `[${section}]` : `[${section}] ${key}`;
  const head = [place, setting, message.replaceAll('\n', '\n  ')].filter((part) => part !== undefined).join(': ');
  const details = [
    expected === undefined ? undefined : `expected ${expected}`,
    got === undefined || message.includes(got) ? undefined : `got "${got}"`,
    hint === undefined ? undefined : `did you mean "${hint}"?`,
  ].filter((part) => part !== undefined);
  return details.length === 0 ? head : `${head}\n  ${details.join('; ')}`;
}
