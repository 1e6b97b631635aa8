/** `docs/doctor.md`, made from the rules. */
import { table } from '../manual.ts';
import { families } from './rules.ts';

const intro = `# The doctor

    tssupervisorctl doctor                     the file that the daemon would find
    tssupervisorctl doctor -c FILE             another one
    tssupervisorctl doctor --json              for programs
    tssupervisorctl doctor --for-supervisor    what Supervisor would refuse, pass over or do in another way
    tssupervisord --test -c FILE               the verdict, and behind it the same warnings

The file is read as the daemon reads it; no daemon is needed, and nothing is started. Exit status 0: nothing to say, 1:
warnings, 2: the file cannot be read. (\`--test\` ends with 0 if the file can be used, whatever the warnings are.)

A rule that may be wrong stays silent. Where the answer stands in another file, \`nginx.conf\` or \`uwsgi.ini\`, it is
looked into; if it cannot be read there is no warning. So look on the machine that runs it. Values of the environment
and passwords are never shown.

This page is made from the rules: \`npm run docs\` writes it again.
`;

/** The whole page. */
export function doctorPage(): string {
  return [intro, ...families.map(({ title, rules }) => `## ${title}\n\n${rowsOf(rules)}\n`)].join('\n');
}

function rowsOf(rules: (typeof families)[number]['rules']): string {
  return table(
    ['rule', 'what it finds', 'why', ''],
    rules.map(({ id, title, why, source }) => [`\`${id}\``, title, why, `[source](${source})`]),
  );
}
