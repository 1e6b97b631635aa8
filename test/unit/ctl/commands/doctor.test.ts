import { expect, test } from 'vitest';
import type { Diagnosis, Finding } from '../../../../src/config/diagnosis.ts';
import { doctor } from '../../../../src/ctl/commands/doctor.ts';
import { run } from '../fake-context.ts';

const finding: Finding = {
  rule: 'uwsgi-term',
  file: '/etc/x.conf',
  line: 7,
  section: 'program:x',
  key: 'stopsignal',
  what: 'It is killed',
  fix: 'stopsignal=INT',
  source: 'https://example.org/x',
};

async function asked(argument: string, answer: Partial<Diagnosis> = {}) {
  const questions: unknown[] = [];
  const ran = await run(
    doctor,
    argument,
    {},
    {
      diagnose: async (...question) => {
        questions.push(question);
        return { file: '/etc/x.conf', problems: [], findings: [], ...answer };
      },
    },
  );
  return { ...ran, questions };
}

test('warnings end with 1, a file that cannot be read with 2, nothing with 0', async () => {
  expect(await asked('', { findings: [finding] })).toMatchObject({
    code: 1,
    printed: [
      '/etc/x.conf:7: [program:x] stopsignal: It is killed\n  type: stopsignal=INT\n  uwsgi-term, https://example.org/x',
    ],
  });
  expect(await asked('', { problems: ['/etc/x.conf:1: no'] })).toMatchObject({
    code: 2,
    printed: ['/etc/x.conf:1: no'],
  });
  expect(await asked('')).toMatchObject({ code: 0, printed: ['/etc/x.conf: nothing to say'] });
});

test('it looks at the file that is named, or at that of the command', async () => {
  expect((await asked('')).questions).toEqual([[undefined, false]]);
  expect((await asked('-c /etc/other.conf')).questions).toEqual([['/etc/other.conf', false]]);
  expect((await asked('--for-supervisor')).questions).toEqual([[undefined, true]]);
});

test('--json prints all of it, with the same exit codes', async () => {
  const { code, printed } = await asked('--json', { findings: [finding] });
  expect(code).toBe(1);
  expect(JSON.parse(printed.join('\n'))).toEqual({ file: '/etc/x.conf', problems: [], findings: [finding] });
  expect((await asked('--json', { problems: ['no'] })).code).toBe(2);
});

test('what it does not know ends with 2 and its help, before any file is read', async () => {
  const { code, printed, questions } = await asked('web');
  expect([code, questions]).toEqual([2, []]);
  expect(printed[0]).toBe('Error: doctor does not know "web"');
});
