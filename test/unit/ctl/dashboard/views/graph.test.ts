import { expect, test } from 'vitest';
import { graphRows } from '../../../../../src/ctl/dashboard/views/graph.ts';
import { viewText } from '../../../../support/view-text.ts';

const node = (group: string, statename: string, name = group) => ({ group, name, statename });
const edge = (from: string, to: string, condition: string, ismet: boolean) => ({ from, to, condition, ismet });
const stuck = {
  nodes: [
    node('redis', 'RUNNING'),
    node('db', 'BACKOFF'),
    node('migrate', 'STOPPED'),
    node('web', 'STOPPED', 'web_00'),
    node('web', 'STOPPED', 'web_01'),
    node('cron', 'RUNNING'),
  ],
  edges: [
    edge('migrate:migrate', 'db:db', 'ready', false),
    ...['web:web_00', 'web:web_01'].flatMap((web) => [
      edge(web, 'migrate:migrate', 'exited', false),
      edge(web, 'redis:redis', 'ready', true),
      edge(web, 'db:db', 'ready', false),
    ]),
  ],
};

test('who holds whom up comes first, then who needs whom, alike processes as one', () => {
  const rows = graphRows(stuck, { now: 0, width: 80 });
  expect(viewText(rows, 80)).toMatchInlineSnapshot(`
    "
    Held up
      db BACKOFF holds up migrate → web:* (2)
    Who needs whom
    web:* (2) STOPPED
    ├─ migrate STOPPED  exited: NOT MET
    │  └─ db BACKOFF  ready: NOT MET
    ├─ redis RUNNING  ready: met
    └─ db BACKOFF  ready: NOT MET
    On their own: cron
    "
  `);
  expect(rows.map(({ target }) => target)).toContain('web:*');
});

test('the same without Unicode on a narrow screen', () => {
  expect(viewText(graphRows(stuck, { now: 0, width: 36, isUnicode: false }), 36)).toMatchInlineSnapshot(`
    "
    Held up
      db BACKOFF holds up migrate -> we…
    Who needs whom
    web:* (2) STOPPED
    |- migrate STOPPED  exited: NOT MET
    |  \`- db BACKOFF  ready: NOT MET
    |- redis RUNNING  ready: met
    \`- db BACKOFF  ready: NOT MET
    On their own: cron
    "
  `);
});

test('processes of a group in different states stand apart, and nobody is held up who runs', () => {
  const nodes = [
    node('redis', 'STOPPED'),
    node('web', 'RUNNING', 'web_00'),
    node('web', 'RUNNING', 'web_01'),
    node('web', 'FATAL', 'web_02'),
  ];
  const edges = nodes.slice(1).map(({ group, name }) => edge(`${group}:${name}`, 'redis:redis', 'started', false));
  expect(viewText(graphRows({ nodes, edges }, { now: 0, width: 60 }), 60)).toMatchInlineSnapshot(`
    "
    Held up
      redis STOPPED holds up web:web_02
    Who needs whom
    web:* (2) RUNNING
    └─ redis STOPPED  started: NOT MET
    web:web_02 FATAL
    └─ redis STOPPED  started: NOT MET
    "
  `);
});

test('a circle is shown once and ends, and so does what two need', () => {
  const nodes = [
    node('a', 'STOPPED'),
    node('b', 'STOPPED'),
    node('c', 'RUNNING'),
    node('d', 'RUNNING'),
    node('e', 'RUNNING'),
    node('f', 'RUNNING'),
  ];
  const edges = [
    edge('a:a', 'b:b', 'ready', false),
    edge('b:b', 'a:a', 'ready', false),
    edge('c:c', 'd:d', 'ready', true),
    edge('c:c', 'e:e', 'ready', true),
    edge('d:d', 'f:f', 'ready', true),
    edge('e:e', 'd:d', 'ready', true),
  ];
  expect(viewText(graphRows({ nodes, edges }, { now: 0, width: 60 }), 60)).toMatchInlineSnapshot(`
    "
    Who needs whom
    c RUNNING
    ├─ d RUNNING  ready: met
    │  └─ f RUNNING  ready: met
    └─ e RUNNING  ready: met
       └─ d RUNNING  ready: met  (as above)
    a STOPPED
    └─ b STOPPED  ready: NOT MET
       └─ a STOPPED  ready: NOT MET  (as above)
    "
  `);
});

test('where nobody depends on anybody, it is said how that is written', () => {
  expect(viewText(graphRows({ nodes: stuck.nodes, edges: [] }, { now: 0, width: 80 }), 80)).toMatchInlineSnapshot(`
    "
    No program depends on another: write depends_on=NAME into its section
    "
  `);
});

test('twelve layers that each wait for all of the one below are shown at once, with the longest chain', () => {
  const name = (layer: number, at: number) => `layer${layer}-${at}`;
  const layers = Array.from({ length: 12 }, (_, layer) => [0, 1, 2, 3].map((at) => name(layer, at)));
  const nodes = layers.flatMap((names, layer) => names.map((one) => node(one, layer === 0 ? 'FATAL' : 'STOPPED')));
  const edges = layers
    .slice(1)
    .flatMap((names, below) =>
      names.flatMap((from) =>
        (layers[below] ?? []).map((to) => edge(`${from}:${from}`, `${to}:${to}`, 'ready', false)),
      ),
    );
  const [, chain] = graphRows({ nodes, edges }, { now: 0, width: 400 });
  const passed = layers.slice(1).map(([first]) => first);
  expect(chain?.line.map(({ text }) => text).join('')).toContain(`holds up ${passed.join(' → ')} and 33 more`);
});
