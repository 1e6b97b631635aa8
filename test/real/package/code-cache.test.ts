import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { dist } from '../../support/daemon.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A built command, in a folder of the test's own, and what tells whether V8 took the cache. */
function copyOf(
  command: string,
  part: string,
): { readonly cache: string; run(...nodeFlags: string[]): ReturnType<typeof runCommand> } {
  const folder = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  folders.push(folder);
  for (const name of [`${command}.cjs`, 'parts', 'native']) {
    cpSync(join(dist, name), join(folder, name), { recursive: true });
  }
  const teller = join(folder, 'teller.cjs');
  writeFileSync(
    teller,
    `const vm = require('node:vm');
     vm.Script = class extends vm.Script {
       constructor(source, options) {
         super(source, options);
         process.stderr.write('rejected: ' + this.cachedDataRejected + '\\n');
       }
     };`,
  );
  const parts = join(folder, 'parts');
  const caches = readdirSync(parts).filter((name) => name.startsWith(`${part}-main-`) && name.endsWith('.cache'));
  expect(caches).toEqual([expect.stringContaining(`-${process.version}-${process.arch}.cache`)]);
  return {
    cache: join(parts, caches[0] ?? ''),
    run: (...nodeFlags) =>
      runCommand([process.execPath, ...nodeFlags, '-r', teller, join(folder, `${command}.cjs`), '--version']),
  };
}

describe.each([
  ['tssupervisorctl', 'ctl'],
  ['tssupervisord', 'daemon'],
])('%s', (command, part) => {
  test('it starts from the code that was compiled by the build', async () => {
    const { run } = copyOf(command, part);
    expect(await run()).toMatchObject({ stderr: 'rejected: false\n', code: 0 });
  });

  test.each([
    ['there is no compiled code for this Node', (cache: string) => rmSync(cache), 'undefined'],
    ['it was cut short', (cache: string) => writeFileSync(cache, readFileSync(cache).subarray(0, 5000)), 'true'],
    ['it is nonsense', (cache: string) => writeFileSync(cache, 'nonsense'.repeat(1000)), 'true'],
    ['it is empty', (cache: string) => writeFileSync(cache, ''), 'true'],
  ])('it works when %s', async (_, spoil, rejected) => {
    const { run, cache } = copyOf(command, part);
    spoil(cache);
    const { stdout, stderr, code } = await run();
    expect({ stderr, code }).toEqual({ stderr: `rejected: ${rejected}\n`, code: 0 });
    expect(stdout).toMatch(/^tssupervisor \d/);
  });

  test('it works when V8 is told to work otherwise', async () => {
    const { run } = copyOf(command, part);
    expect(await run('--no-lazy')).toMatchObject({ stderr: 'rejected: true\n', code: 0 });
  });
});
