import { expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { callBody, post, statusOf, Toy, Wire } from './toy.ts';

const authorized = 'Authorization: Basic YTpi\r\n';
const tail = (headers = '') => `GET /mainlogtail HTTP/1.1\r\n${headers}\r\n`;

test('a request behind one that ends the connection is not served: its log used to be followed for ever', async () => {
  await using toy = await Toy.onPort({ credentials: { username: 'a', password: 'b' } });
  using wire = new Wire(toy.port);
  wire.send(tail() + tail(authorized));
  expect(await wire.closed()).toMatch(/^HTTP\/1.1 401 /);
  expect(await statusOf(toy.port, tail(authorized))).toBe(200);
  await until('the only follower goes', () => toy.followers === 0);
  expect(toy.followed).toBe(1);
});

test('a request behind a log that is followed ends the connection: it used to hide that the client was gone', async () => {
  await using toy = await Toy.onPort();
  using wire = new Wire(toy.port);
  wire.send(tail() + post(callBody('supervisor.getPID', `<params>${' '.repeat(200_000)}</params>`)));
  wire.socket.end();
  await wire.closed();
  await until('nobody follows', () => toy.followers === 0);
});

test('a request with an Expect that nobody knows is served in its turn: those behind it used to be forgotten', async () => {
  await using toy = await Toy.onPort();
  using wire = new Wire(toy.port);
  const getPid = callBody('supervisor.getPID');
  wire.send(post(getPid) + post(getPid, 'Expect: everything\r\n') + post(`${getPid}${' '.repeat(70_000)}`));
  await wire.has('<int>42</int>', 3);
});
