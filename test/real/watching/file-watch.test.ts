import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { watchFiles } from '../../../src/daemon/parts/watch.ts';
import { Burst } from '../../../src/daemon/watching/burst.ts';
import { until } from '../../support/until.ts';

/** Of two changes within 50 ms the second may not be told: it is what a burst is for. */
const delayMs = 150;
const clock = {
  now: () => performance.now(),
  callAt(at: number, run: () => void) {
    const timer = setTimeout(run, at - performance.now());
    return () => clearTimeout(timer);
  },
};

/** A folder with these files that is watched, and what is told of it once it is quiet. */
async function watched(files: readonly string[], patterns: readonly string[], ignore: readonly string[] = []) {
  const dir = mkdtempSync(join(tmpdir(), 'tss-watch-'));
  const at = (name: string) => join(dir, name);
  const put = (name: string) => {
    mkdirSync(dirname(at(name)), { recursive: true });
    writeFileSync(at(name), String(Math.random()));
  };
  for (const file of files) put(file);
  const told: string[] = [];
  const troubles: string[] = [];
  let isReady = false;
  const burst = new Burst(clock, delayMs, (paths) => told.push(...paths));
  const watching = watchFiles({
    directory: dir,
    patterns,
    ignore,
    onChange: (path) => burst.add(path.slice(dir.length + 1)),
    onTrouble: (text) => troubles.push(text),
    onReady: () => {
      isReady = true;
    },
  });
  await until('it is watched', () => isReady);
  return {
    at,
    put,
    troubles,
    /** Waits until a change of this file is told, and answers all that was told meanwhile. */
    async seen(name: string): Promise<string[]> {
      await until(`${name} is told`, () => told.includes(name), { evidence: () => told.join(', ') });
      return told.splice(0).sort();
    },
    [Symbol.dispose]() {
      burst.close();
      watching.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

test('a file that is written, replaced, deleted or new is told, and no other', async () => {
  using place = await watched(
    ['src/a.py', 'src/b.txt', 'src/deep/c.py', 'app.yaml', 'other.yaml'],
    ['src/**/*.py', 'app.yaml'],
  );
  const { at, put, seen } = place;
  put('src/a.py');
  expect(await seen('src/a.py')).toEqual(['src/a.py']);
  // What editors do: a new file takes the place of the old one, and is the one to look at from then on.
  for (const name of ['src/a.py', 'app.yaml']) {
    put('src/.a.py.tmp');
    renameSync(at('src/.a.py.tmp'), at(name));
    expect(await seen(name)).toEqual([name]);
    appendFileSync(at(name), '!');
    expect(await seen(name)).toEqual([name]);
    unlinkSync(at(name));
    expect(await seen(name)).toEqual([name]);
    put(name);
    expect(await seen(name)).toEqual([name]);
  }
  // The last one is told after those that are none of its business were.
  for (const name of ['src/b.txt', 'other.yaml', 'src/.hidden.py', 'src/new/deep/e.py']) put(name);
  expect(await seen('src/new/deep/e.py')).toEqual(['src/new/deep/e.py']);
  put('src/new/deep/e.py');
  expect(await seen('src/new/deep/e.py')).toEqual(['src/new/deep/e.py']);
});

test('a directory that is deleted, made again, renamed or missing at first is watched when it is there', async () => {
  using place = await watched(['src/a.py'], ['src/*.py', 'later/on/*.py', '*.md']);
  const { at, put, seen } = place;
  rmSync(at('src'), { recursive: true });
  await seen('src');
  put('src/b.py');
  await seen('src');
  put('src/b.py');
  await seen('src/b.py');
  put('src.new/c.py');
  renameSync(at('src'), at('src.old'));
  renameSync(at('src.new'), at('src'));
  await seen('src');
  put('src/c.py');
  await seen('src/c.py');
  put('later/on/d.py');
  await seen('later/on');
  put('later/on/d.py');
  await seen('later/on/d.py');
  rmSync(at(''), { recursive: true });
  await seen('');
  for (const name of ['src/e.py', 'top.md']) put(name);
  await seen('');
  put('top.md');
  await seen('top.md');
});

test('a link that leads to another directory is a change, and from then on that one is watched', async () => {
  using place = await watched(
    ['releases/1/src/a.py', 'releases/2/src/a.py', 'real.py'],
    ['current/src/*.py', 'linked.py'],
  );
  const { at, put, seen } = place;
  symlinkSync('releases/1', at('current'));
  await seen('current/src');
  put('releases/1/src/a.py');
  await seen('current/src/a.py');
  symlinkSync('releases/2', at('next'));
  renameSync(at('next'), at('current'));
  await seen('current/src');
  put('releases/1/src/a.py');
  put('releases/2/src/a.py');
  expect(await seen('current/src/a.py')).toEqual(['current/src/a.py']);
  symlinkSync('real.py', at('linked.py'));
  await seen('linked.py');
  put('real.py');
  await seen('linked.py');
});

test('files that are ignored cost nothing, however many', async () => {
  const watches = () =>
    readdirSync('/proc/self/fdinfo').reduce((count, fd) => {
      try {
        return count + (readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8').match(/^inotify/gm)?.length ?? 0);
      } catch {
        return count;
      }
    }, 0);
  const names = Array.from({ length: 1_000 }, (_, index) => `node_modules/p${index % 100}/f${index}.js`);
  const before = watches();
  using place = await watched(['a.js', ...names], ['**/*.js'], ['node_modules', 'gen/**']);
  // The directory, the one that it is in, and the file.
  expect(watches() - before).toBeLessThanOrEqual(3);
  const { put, seen } = place;
  for (const name of ['node_modules/p1/new.js', 'gen/x.js', 'a.js']) put(name);
  expect(await seen('a.js')).toEqual(['a.js']);
  expect(place.troubles).toEqual([]);
});
