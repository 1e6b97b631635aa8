import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Children } from './children.ts';

const folder = mkdtempSync(join(tmpdir(), 'spawn-'));
const isRoot = process.getuid?.() === 0;
const sh = (script: string, ...args: string[]) => ['/bin/sh', '-c', script, 'sh', ...args] as const;
/** pid, parent, process group, session: fields 1, 4, 5, 6 of /proc/PID/stat. */
const ids = (stat: string) => [0, 3, 4, 5].map((field) => Number(stat.split(' ')[field]));

afterAll(() => rmSync(folder, { recursive: true }));

describe('a child that cannot be made says where and why', () => {
  const plain = join(folder, 'plain');
  const script = join(folder, 'script');
  writeFileSync(plain, 'x');
  writeFileSync(script, 'no first line that says who reads it');
  chmodSync(script, 0o755);
  test.each([
    ['a missing program', [join(folder, 'none')], {}, 'exec', 'ENOENT'],
    ['a file without the x bit', [plain], {}, 'exec', 'EACCES'],
    ['a folder', [folder], {}, 'exec', 'EACCES'],
    ['a file as a folder', [join(plain, 'x')], {}, 'exec', 'ENOTDIR'],
    ['a script without #!', [script], {}, 'exec', 'ENOEXEC'],
    ['an argument of 200 KB', ['/bin/true', 'x'.repeat(200_000)], {}, 'exec', 'E2BIG'],
    ['an argument with a NUL', ['/bin/true', 'a\0b'], {}, 'exec', 'EINVAL'],
    ['a missing directory', ['/bin/true'], { cwd: join(folder, 'none') }, 'chdir', 'ENOENT'],
    ['a directory that is a file', ['/bin/true'], { cwd: plain }, 'chdir', 'ENOTDIR'],
    ['a descriptor that is not open', ['/bin/true'], { fds: [0, 1, 9999] }, 'dup', 'EBADF'],
    ['a limit that does not exist', ['/bin/true'], { rlimits: [[99, 1, 1]] }, 'rlimit', 'EINVAL'],
    ['a soft limit over the hard one', ['/bin/true'], { rlimits: [[7, 20, 10]] }, 'rlimit', 'EINVAL'],
    [
      'more groups than there may be',
      ['/bin/true'],
      { groups: Array(70_000).fill(1) },
      'groups',
      isRoot ? 'EINVAL' : 'EPERM',
    ],
  ] as const)('%s', async (_, argv, more, stage, code) => {
    await using children = new Children();
    const result = children.spawn(argv as unknown as [string], more as object);
    expect(result).toMatchObject({ stage, code });
    const childPid = 'childPid' in result ? result.childPid : -1;
    if (code === 'EINVAL' && stage === 'exec') expect(childPid).toBeUndefined();
    else expect(childPid).toBeGreaterThan(1);
    expect(readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')).toBe('');
  });
});

test('a child is the leader of its own process group, in our session', async () => {
  await using children = new Children();
  const { text, pid } = await children.run(['/bin/cat', '/proc/self/stat']);
  const [, , , session] = ids(readFileSync('/proc/self/stat', 'utf8'));
  expect(ids(text)).toEqual([pid, process.pid, pid, session]);
});

test('with its own session a child leads that too', async () => {
  await using children = new Children();
  const { text, pid } = await children.run(['/bin/cat', '/proc/self/stat'], { group: 'session' });
  expect(ids(text)).toEqual([pid, process.pid, pid, pid]);
});

test('a child starts with no signal ignored, blocked or caught, whatever the daemon does', async () => {
  await using children = new Children();
  const ignore = () => {};
  process.on('SIGUSR1', ignore);
  const { text } = await children.run(['/bin/cat', '/proc/self/status']);
  process.off('SIGUSR1', ignore);
  expect(text.match(/^Sig(Blk|Ign|Cgt):.*/gm)).toEqual(
    ['Blk', 'Ign', 'Cgt'].map((name) => `Sig${name}:\t0000000000000000`),
  );
});

test('a child has the descriptors it was given and no other, even one that is not close-on-exec', async () => {
  await using children = new Children();
  const extra = openSync('/dev/null', 'r');
  const kept = children.posix.dup(extra, 700);
  children.posix.setCloseOnExec(kept, false);
  const { text } = await children.run(['/bin/ls', '/proc/self/fd']);
  expect(text.split('\n').filter(Boolean)).toEqual(['0', '1', '2', '3']); // 3 is the folder that ls reads
  closeSync(extra);
  children.os.close(kept);
});

test('descriptors arrive in their order, also where they have to change places', async () => {
  await using children = new Children();
  const files = [0, 1, 2, 3, 4].map((index) => {
    writeFileSync(join(folder, `in${index}`), `file ${index}\n`);
    return openSync(join(folder, `in${index}`), 'r');
  });
  const { read, write } = children.os.pipe('read');
  const low = children.posix.dup(write, 3);
  const [a = 0, b = 0, c = 0] = files;
  const pid = children.start(sh('cat <&0 <&3; cat <&4; cat <&5; cat <&6; readlink /proc/self/fd/0'), {
    fds: [2, write, 1, a, b, a, c],
  });
  const text = children.textOf(read);
  children.os.close(write);
  children.os.close(low);
  for (const fd of files) closeSync(fd);
  expect((await children.exitOf(pid)).code).toBe(0);
  expect((await text).split('\n').slice(0, 3)).toEqual(['file 0', 'file 1', 'file 2']); // 3 and 5 share one position
});

test('the output is a real pipe: a child can open /dev/stdout and /dev/stderr again', async () => {
  await using children = new Children();
  expect(await children.run(sh('echo x > /dev/stdout; echo y > /dev/stderr'))).toMatchObject({
    code: 0,
    text: 'x\ny\n',
  });
});

test('umask and niceness are the child’s own', async () => {
  await using children = new Children();
  const before = process.umask();
  expect((await children.run(sh('umask; nice'), { umask: 0o137, nice: 7 })).text).toBe('0137\n7\n');
  expect((await children.run(sh('umask'), { umask: 0 })).text).toBe('0000\n');
  expect(process.umask()).toBe(before);
});

test('limits are the child’s own; -1 and Infinity are none', async () => {
  await using children = new Children();
  const rlimits = [
    [7, 100, 200],
    [0, -1, Number.POSITIVE_INFINITY],
    [1, 4_294_967_296 * 512, 4_294_967_296 * 512],
  ] as const;
  const script = 'ulimit -Sn; ulimit -Hn; ulimit -St; ulimit -Ht; ulimit -Sf';
  expect((await children.run(sh(script), { rlimits })).text).toBe('100\n200\nunlimited\nunlimited\n4294967296\n');
});

test.runIf(isRoot)('a child of another user has its uid, gid and supplementary groups', async () => {
  await using children = new Children();
  const more = { uid: 33, gid: 33, groups: [33, 4, 1000, 4_294_967_294] };
  expect((await children.run(sh('id -u; id -ru; id -g; id -G'), more)).text).toBe('33\n33\n33\n33 4 1000 4294967294\n');
  expect((await children.run(sh('id -u'), { uid: 4_294_967_294 })).text).toBe('4294967294\n');
});

test.runIf(isRoot)('a directory that only root may enter is refused to another user', async () => {
  await using children = new Children();
  const closed = join(mkdtempSync(join(folder, 'closed-')));
  expect(children.spawn(['/bin/true'], { uid: 33, cwd: closed })).toMatchObject({ stage: 'chdir', code: 'EACCES' });
});

test('a child starts in its directory, ours stays where it is', async () => {
  await using children = new Children();
  const before = process.cwd();
  expect((await children.run(['/bin/pwd'], { cwd: folder })).text).toBe(`${folder}\n`);
  expect(process.cwd()).toBe(before);
});

test('LISTEN_PID= gets the pid of the child, and only the entry that is exactly that', async () => {
  await using children = new Children();
  const env = ['LISTEN_PID=7', 'LISTEN_PID=', 'XLISTEN_PID=', 'LISTEN_PIDFD=', 'Z=2'];
  const { text, pid } = await children.run(['/usr/bin/env'], { env });
  expect(text).toBe(`LISTEN_PID=7\nLISTEN_PID=${pid}\nXLISTEN_PID=\nLISTEN_PIDFD=\nZ=2\n`);
});

test('an environment of 1,000 entries, one of them 100 KB, arrives whole', async () => {
  await using children = new Children();
  const env = [...Array.from({ length: 999 }, (_, index) => `KEY_${index}=ü${index}`), `BIG=${'x'.repeat(100_000)}`];
  expect((await children.run(['/usr/bin/env'], { env })).text).toBe(`${env.join('\n')}\n`);
});

test('5,000 arguments arrive whole, empty ones too', async () => {
  await using children = new Children();
  const args = Array.from({ length: 5000 }, (_, index) => (index % 7 === 0 ? '' : `argument ${index}`));
  const { text } = await children.run(['/usr/bin/printf', '%s\n', ...args], { env: [] });
  expect(text).toBe(`${args.join('\n')}\n`);
});
