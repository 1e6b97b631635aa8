import { expect, test } from 'vitest';
import type { Program } from '../../../../src/ctl/dashboard/model.ts';
import { newModel, update } from '../../../../src/ctl/dashboard/update.ts';
import { rowsOf, viewNamed } from '../../../../src/ctl/dashboard/views.ts';
import { viewText } from '../../../support/view-text.ts';

const size = { width: 60, height: 20 };
const daemons = ['web1', 'web2', 'web3'].map((name) => ({ name, serverurl: `http://${name}:9001` }));
const start = newModel({ size, now: 0, daemons, isReadOnly: false, isUnicode: true });
const port = { group: 'web', name: 'web', key: 'port', bind: '127.0.0.1', port: 80, statename: 'STOPPED', holders: [] };
const none = { serving: false, why: '', ready: '', live: '', status: '', description: '' };
const program = (statename: string): Program => {
  return { ...none, group: 'g', name: statename, statename, pid: 0, start: 0, restarts: 0, ports: [], tags: [] };
};
const why = { group: 'web', name: 'web', statename: 'STOPPED', why: '', since: 0, waitsfor: [], exits: [] };

test('of several daemons one stands below the other, also one that is away or cannot say it', () => {
  let model = { ...start, view: 'ports' as const };
  const told = (daemon: number, answer: unknown) =>
    update(model, { type: 'answer', daemon, method: 'tssupervisor.getPorts', answer }).model as typeof model;
  model = told(0, [port]);
  model = told(1, { error: 'UNKNOWN_METHOD' });
  model = update(model, { type: 'status', daemon: 2, status: 'away', why: 'refused' }).model as typeof model;
  const rows = rowsOf(model);
  expect(viewText(rows, size.width)).toMatchInlineSnapshot(`
    "
    web1
    PORT  BIND       PROCESS  KEY   STATE    HELD BY
      80  127.0.0.1  web      port  STOPPED  -
    web2
    It does not say: UNKNOWN_METHOD
    web3
    It is away
    "
  `);
  expect(rows.find(({ target }) => target === 'web:web')?.key).toMatch(/^0\|/);
});

test('why is asked about the process that was chosen, of its daemon alone, and of a group about one that is not well', () => {
  const asks = (subject: typeof start.subject, programs: readonly Program[] = []) => {
    const model = update(start, { type: 'programs', daemon: 1, programs }).model;
    return daemons.map((_, daemon) => viewNamed('why').asks?.({ ...model, subject }, daemon));
  };
  const about = (name: string) => [[], [{ method: 'tssupervisor.getWhy', params: [name] }], []];
  expect(asks(undefined)).toEqual([[], [], []]);
  expect(asks({ daemon: 1, targets: ['web:web'] })).toEqual(about('web:web'));
  const group = ['RUNNING', 'FATAL'].map(program);
  expect(asks({ daemon: 1, targets: ['g:*'] }, group)).toEqual(about('g:FATAL'));
});

test('the answer about the process before is not shown for the one that is asked about', () => {
  const answered = update(start, { type: 'answer', daemon: 0, method: 'tssupervisor.getWhy', answer: why }).model;
  const shown = (target: string) =>
    viewText(rowsOf({ ...answered, view: 'why', subject: { daemon: 0, targets: [target] } }), size.width);
  expect(shown('web:web')).toContain('web is STOPPED');
  expect(shown('api:api')).toBe('\nAsking\n');
});
