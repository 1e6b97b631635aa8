import { expect, test } from 'vitest';
import { differenceOf } from '../../../src/daemon/config/difference.ts';
import { loaded } from '../../support/config-files.ts';

const fcgi = (name: string, ...lines: string[]) => `[fcgi-program:${name}]\ncommand=x\n${lines.join('\n')}\n`;
const groups = (text: string) => loaded(`[supervisord]\n${text}`).groups;
const processes = (text: string) => groups(text).flatMap((group) => group.processes);

test('all processes of an fcgi-program share one socket', () => {
  const all = processes(fcgi('php', 'socket=tcp://A:1', 'numprocs=3', 'process_name=p%(process_num)d'));
  expect(all.map(({ socket }) => socket?.url)).toEqual(Array(3).fill('tcp://a:1'));
  expect(new Set(all.map(({ socket }) => socket)).size).toBe(1);
});

test('fcgi-programs in a group keep their sockets, each its own', () => {
  const sections = [
    fcgi('a', 'socket=unix:///run/%(program_name)s.sock', 'user=app', 'socket_backlog=7'),
    fcgi('b', 'socket=unix:///run/b.sock', 'socket_mode=0660', 'socket_owner=www'),
    '[program:c]\ncommand=x\n',
  ];
  const grouped = processes(`[group:all]\nprograms=a,b,c\n${sections.join('')}`);
  const alone = processes(sections.join(''));
  expect(grouped.map(({ group, name, socket }) => [group, name, socket])).toEqual(
    alone.map(({ name, socket }) => ['all', name, socket]),
  );
  expect(grouped.map(({ socket }) => socket?.url)).toEqual(['unix:///run/a.sock', 'unix:///run/b.sock', undefined]);
});

test('what is wrong with a socket in a group refuses no file that Supervisor takes: it is kept for the log', () => {
  const all = processes(
    [
      '[group:all]\nprograms=none,bad,envless\n',
      fcgi('none'),
      fcgi('bad', 'socket=foo'),
      fcgi('envless', 'socket=unix://%(ENV_NOPE)s/x'),
    ].join(''),
  );
  expect(all.map(({ socket }) => socket)).toEqual([undefined, undefined, undefined]);
  expect(all.slice(0, 2).map(({ socketTrouble }) => socketTrouble)).toEqual([
    '[fcgi-program:none] section requires a "socket" line',
    "('Bad socket format %s', 'foo') in [fcgi-program:bad] socket",
  ]);
  expect(all[2]?.socketTrouble).toMatch('ENV_NOPE');
});

const changed = (before: string, after: string) => differenceOf(groups(before), groups(after)).changed;

test('another URL of a socket is a change, also in a group; owner, mode and backlog are none', () => {
  for (const group of ['', '[group:php]\nprograms=php\n']) {
    const before = `${group}${fcgi('php', 'socket=unix:///a')}`;
    expect(changed(before, before)).toEqual([]);
    expect(changed(before, `${group}${fcgi('php', 'socket=unix:///b')}`)).toEqual(['php']);
    const others = ['socket=unix:///a', 'socket_mode=0777', 'socket_owner=www', 'socket_backlog=9'];
    expect(changed(before, `${group}${fcgi('php', ...others)}`)).toEqual([]);
  }
});

test('a program that becomes an fcgi-program is a change, also in a group', () => {
  const plain = '[program:php]\ncommand=x\n';
  const now = fcgi('php', 'socket=tcp://a:1');
  expect(changed(plain, now)).toEqual(['php']);
  expect(changed(`[group:g]\nprograms=php\n${plain}`, `[group:g]\nprograms=php\n${now}`)).toEqual(['g']);
});
