import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { buildNative } from '../../../scripts/build-native.mjs';
import { loadPosix } from '../../../src/daemon/os/posix.ts';

const root = join(import.meta.dirname, '../../..');
const file = join(root, 'dist', 'native', `posix-linux-${process.arch}.node`);
const folder = mkdtempSync(join(tmpdir(), 'addon-'));

afterAll(() => rmSync(folder, { recursive: true }));

/** What a fixture says; it must end well, by itself. */
function run(fixture: string, ...args: string[]): string {
  const path = join(import.meta.dirname, 'fixtures', fixture);
  return execFileSync(process.execPath, ['--expose-gc', path, file, ...args], { encoding: 'utf8', timeout: 55_000 });
}

describe.skipIf(spawnSync('readelf', ['--version']).status !== 0)('the addon as a file', () => {
  const built = buildNative({ outDir: folder });
  const readelf = (option: string, path: string) => execFileSync('readelf', ['-W', option, path], { encoding: 'utf8' });

  test.each(built)('%s needs no library and no version of one', (path) => {
    expect(readelf('--dynamic', path)).toMatch('(STRTAB)');
    expect(readelf('--dynamic', path)).not.toMatch('(NEEDED)');
    expect(readelf('--version-info', path)).toMatch('No version information found');
    expect(readelf('--dyn-syms', path)).toMatch('napi_register_module_v1');
    expect(readelf('--dyn-syms', path)).not.toMatch('GLIBC');
  });

  test('what it does not define is Node-API, libuv and what every C library has', () => {
    const names = [...readelf('--dyn-syms', built[0] ?? '').matchAll(/UND (\S+)$/gm)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(20);
    const known = /^(napi_\w+|uv_\w+|malloc|free|malloc_trim|getaddrinfo|freeaddrinfo|mem(cpy|set|move))$/;
    expect(names.filter((name) => !known.test(name))).toEqual([]);
  });

  test('its stack cannot be executed', () => {
    expect(readelf('--program-headers', built[0] ?? '')).toMatch(/GNU_STACK.* RW /);
  });
});

describe('building the addon', () => {
  const outDir = join(folder, 'build');
  const target = join(outDir, `posix-linux-${process.arch}.node`);

  test('is done once, and again when the result is older than its source', () => {
    buildNative({ outDir });
    const first = statSync(target).mtimeMs;
    buildNative({ outDir });
    expect(statSync(target).mtimeMs).toBe(first);
    utimesSync(target, 1, 1);
    buildNative({ outDir });
    expect(statSync(target).mtimeMs).toBeGreaterThan(1000);
  });

  test('without a compiler says what to install', () => {
    rmSync(target);
    const { CC } = process.env;
    process.env['CC'] = '/no/such/cc';
    expect(() => buildNative({ outDir })).toThrow(/no C compiler "\/no\/such\/cc" .*apt-get install gcc.*apk add gcc/);
    if (CC === undefined) delete process.env['CC'];
    else process.env['CC'] = CC;
    expect(existsSync(target)).toBe(false);
  });
});

describe('loading the addon', () => {
  test('says which file is missing and what to do', () => {
    expect(() => loadPosix('/no/such.node')).toThrow(
      /^Cannot load the native addon "\/no\/such\.node": no such file; .*linux x64 and arm64.*npm run build/,
    );
  });

  test('says what is wrong with a file that is not for this system', () => {
    const bad = join(folder, 'bad.node');
    writeFileSync(bad, 'not a library');
    expect(() => loadPosix(bad)).toThrow(/bad\.node": .*(file too short|invalid ELF header).*does not fit this system/);
  });

  test('works from any path, twice in one process', () => {
    const copy = join(folder, 'copy.node');
    copyFileSync(file, copy);
    expect([loadPosix(copy), loadPosix(copy), loadPosix()].map((posix) => typeof posix.spawn)).toEqual(
      Array(3).fill('function'),
    );
  });
});

test('memory does not grow over 5,000 children that cannot start', () => {
  expect(Number(run('spawns-many.mjs', '/no/such/program', '5000'))).toBeLessThan(2048);
});

test('memory does not grow over 2,000 children that run and end', () => {
  expect(Number(run('spawns-many.mjs', '/bin/true', '2000'))).toBeLessThan(2048);
});

test('memory does not grow over 60,000 polls, and closed ones let the process end', () => {
  expect(Number(run('polls-many.mjs'))).toBeLessThan(4096);
});

test('what a poll’s callback throws is an uncaught exception, and its microtasks run', () => {
  expect(run('throws-in-a-poll.mjs').trim().split('\n').sort()).toEqual(['microtask', 'uncaught: out of the callback']);
});

test('a process becomes another program in the same pid and hands it an open file', () => {
  const [session, missing, last = ''] = run('becomes-another.mjs').split('\n');
  expect(session).toBe('session true, again -1');
  expect(missing).toBe('missing -2');
  expect(last).toMatch(/^(\d+) is \1: handed over$/);
});

test('a worker thread that ends with an open poll takes nothing down', () => {
  expect(run('polls-in-a-worker.mjs')).toBe('worker ended with 1\n');
});
