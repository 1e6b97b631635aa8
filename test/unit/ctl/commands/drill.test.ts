import { expect, test } from 'vitest';
import { drill } from '../../../../src/ctl/commands/drill.ts';
import { processInfo, run } from '../fake-context.ts';

const script = { getAllProcessInfo: [processInfo('web', 'RUNNING', { pid: 7 })] };

test('words that cannot be understood end a drill with 2 before the daemon is asked anything', async () => {
  const { code, printed, calls } = await run(drill, 'web 8080');
  expect(code).toBe(2);
  expect(printed[0]).toBe('Error: Expected a URL such as http://127.0.0.1:8080/, got "8080"');
  expect(printed[1]).toMatch(/^drill <name> <url>/);
  expect(calls).toEqual([]);
});

test('who does not say yes has nothing killed and no request sent', async () => {
  const questions: string[] = [];
  const ask = async (question: string) => {
    questions.push(question);
    return '';
  };
  const ran = await run(drill, 'web http://127.0.0.1:1/', script, { isTerminal: true, ask });
  expect(questions).toEqual(['Really kill processes of web by SIGKILL, one after the other y/N? ']);
  expect(ran).toEqual({ code: 1, printed: ['Nothing was done'], calls: ['getAllProcessInfo'] });
});

test('nothing is begun while the front does not answer', async () => {
  const { code, printed } = await run(drill, 'web http://127.0.0.1:1/ --do nothing', script);
  expect(code).toBe(1);
  expect(printed).toEqual(['Error: http://127.0.0.1:1/ does not answer before the drill: refused (ECONNREFUSED)']);
});
