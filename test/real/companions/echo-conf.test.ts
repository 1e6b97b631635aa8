import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { answer, type Json } from '../../../scripts/corpus/answer.ts';
import { differences } from '../../../scripts/corpus/compare.ts';
import { Accounts } from '../../../scripts/corpus/fake-host.ts';
import { runCommand } from '../../support/command.ts';
import { ConfigOracle } from '../../support/config-oracle.ts';
import { checkout, debian, dist, startDaemon } from '../../support/daemon.ts';
import { needs } from '../../support/skips.ts';

const sample = async () => (await runCommand([process.execPath, join(dist, 'tsecho_supervisord_conf.cjs')])).stdout;

/** `[section]` and `key=`, whether they are in force or commented out. */
function outline(text: string): string[] {
  let section = '';
  return text.split('\n').flatMap((line) => {
    const [, name, key] = /^;?(?:\[([\w:-]+)\]|([a-z_.]+)\s?=)/.exec(line) ?? [];
    if (name !== undefined) section = name;
    return name === undefined && key === undefined ? [] : [key === undefined ? `[${section}]` : `[${section}] ${key}`];
  });
}

test('tsecho_supervisord_conf prints the sample that is in etc', async () => {
  expect(await sample()).toBe(readFileSync(join(checkout, 'etc/sample.conf'), 'utf8'));
});

needs('supervisor').test('the sample has every section and key that Supervisor shows in its own', async () => {
  const theirs = outline((await runCommand(['/usr/bin/echo_supervisord_conf'])).stdout);
  expect(theirs.length).toBeGreaterThan(80);
  expect(outline(await sample())).toEqual(expect.arrayContaining(theirs));
});

needs('supervisor').test("Debian's supervisord runs the sample", async () => {
  const config = (await sample()).replaceAll('/tmp/', '%(here)s/');
  await using daemon = await startDaemon({ kind: debian, config });
  expect(await daemon.ctl('status')).toMatchObject({ stdout: '', code: 0 });
});

test('tssupervisord runs the sample', async () => {
  const config = (await sample()).replaceAll('/tmp/', '%(here)s/');
  await using daemon = await startDaemon({ config });
  expect(await daemon.ctl('status')).toMatchObject({ stdout: '', code: 0 });
});

needs('supervisor').test('with everything in it switched on it means the same to both', async () => {
  const on = (await sample()).replace(/^;(\[|[a-z_.]+=)/gm, '$1').replaceAll('/bin/eventlistener', '/bin/cat');
  const files = {
    'supervisord.conf': Buffer.from(
      on
        .replace('events=EVENT ', 'events=TICK_5 ')
        .replace('progname1,progname2', 'theprogramname')
        // Ours, and it takes the place of autostart.
        .replace(/^schedule=.*$/gm, ''),
    ),
  };
  const env = { HOME: '/home/corpus' };
  const oracle = new ConfigOracle();
  try {
    const [theirs] = await oracle.ask([{ kind: 'options', files, env }]);
    const mine = answer({ files, environment: env }, new Accounts(), oracle.directory);
    expect([theirs?.error, mine.type === 'refused' ? mine.text : undefined]).toEqual([undefined, undefined]);
    expect(mine.type === 'refused' ? [] : differences(theirs as Json, mine.json)).toEqual([]);
  } finally {
    await oracle.close();
  }
});
