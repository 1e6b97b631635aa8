/** Supervisor's own tree of events beside ours: what a subscription to a type brings. */
import { expect } from 'vitest';
import { eventNames, eventsBelow } from '../../../src/rpc/events.ts';
import { runCommand } from '../../support/command.ts';
import { needs } from '../../support/skips.ts';

const oracle = `
import json
from supervisor.events import EventTypes
types = {name: kind for name, kind in vars(EventTypes).items() if name.isupper()}
print(json.dumps({name: sorted(below for below in types if issubclass(types[below], kind)) for name, kind in types.items()}))
`;

needs('supervisor', 'python3').test('a listener that names a type is sent all types below it', async () => {
  const { stdout, stderr } = await runCommand(['/usr/bin/python3', '-c', oracle]);
  expect(stderr).toBe('');
  const trees = JSON.parse(stdout) as Readonly<Record<string, readonly string[]>>;
  expect(eventNames.toSorted()).toEqual(Object.keys(trees).sort());
  for (const [name, below] of Object.entries(trees)) {
    // Types that only group others are never sent.
    const sent = below.filter((one) => eventsBelow([one]).has(one as (typeof eventNames)[number]));
    expect([name, [...eventsBelow([name])].sort()]).toEqual([name, sent]);
  }
});
