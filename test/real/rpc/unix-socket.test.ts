import { existsSync, lstatSync, readdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { callBody, post, statusOf, Toy, temporaryFolder } from './toy.ts';

const getPid = post(callBody('supervisor.getPID'));

test('the socket has the mode that was asked for, serves, and is gone at the end', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 's.sock');
  const { uid, gid } = lstatSync(folder.path);
  const toy = new Toy({ address: { file, mode: 0o640, owner: { uid, gid } } });
  await toy.server.listen();
  expect(lstatSync(file).mode & 0o777).toBe(0o640);
  expect(readdirSync(folder.path)).toEqual(['s.sock']);
  expect(await statusOf(file, getPid)).toBe(200);
  await toy.server.close();
  expect(readdirSync(folder.path)).toEqual([]);
});

test('a socket that a dead daemon left behind is replaced, and the log says so', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 's.sock');
  const dead = new Toy({ address: { file } });
  await dead.server.listen();
  const inode = lstatSync(file).ino;
  // The file stays when it is not the one that the server made.
  renameSync(file, `${file}.kept`);
  await dead.server.close();
  renameSync(`${file}.kept`, file);
  expect(lstatSync(file).ino).toBe(inode);

  await using toy = new Toy({ address: { file } });
  await toy.server.listen();
  expect(toy.notices).toEqual([`Unlinking stale socket ${file}`]);
  expect(await statusOf(file, getPid)).toBe(200);
});

test('a socket on which somebody answers is left alone: EADDRINUSE', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 's.sock');
  await using first = new Toy({ address: { file } });
  await first.server.listen();
  const second = new Toy({ address: { file } });
  await expect(second.server.listen()).rejects.toMatchObject({ name: 'ListenError', code: 'EADDRINUSE' });
  expect(await statusOf(file, getPid)).toBe(200);
  expect(readdirSync(folder.path)).toEqual(['s.sock']);
});

test("another's socket under our name is not removed at the end", async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 's.sock');
  const first = new Toy({ address: { file } });
  await first.server.listen();
  unlinkSync(file);
  await using second = new Toy({ address: { file } });
  await second.server.listen();
  await first.server.close();
  expect(existsSync(file)).toBe(true);
  expect(await statusOf(file, getPid)).toBe(200);
});

test('why a server cannot listen is told by its code', async () => {
  using folder = temporaryFolder();
  const missing = new Toy({ address: { file: join(folder.path, 'no', 's.sock') } });
  await expect(missing.server.listen()).rejects.toMatchObject({ code: 'ENOENT' });
  const file = join(folder.path, 'plain');
  writeFileSync(file, '');
  const inside = new Toy({ address: { file: join(file, 's.sock') } });
  await expect(inside.server.listen()).rejects.toMatchObject({ code: 'ENOTDIR' });
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const busy = new Toy({ address: { host: '127.0.0.1', port } });
  await expect(busy.server.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await new Promise((resolve) => taken.close(resolve));
});
