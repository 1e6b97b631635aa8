import { expect, test } from 'vitest';
import { areNew, nginxMasters, type ProcessTable, workersOf } from '../../../src/daemon/upstreams/nginx-workers.ts';

const worker = 'nginx: worker process';
const leaving = 'nginx: worker process is shutting down';

/** Processes by pid: the parent and the title. */
function tableOf(processes: Readonly<Record<number, readonly [parent: number, title: string]>>): ProcessTable {
  const all = Object.entries(processes).map(([pid, [parent, title]]) => ({ pid: Number(pid), parent, title }));
  return {
    childrenOf: (pid) => all.filter(({ parent }) => parent === pid).map((one) => one.pid),
    titleOf: (pid) => all.find((one) => one.pid === pid)?.title ?? '',
    pids: () => all.map(({ pid }) => pid),
  };
}

const master = [1, 'nginx: master process nginx'] as const;

test('an nginx has read its file when its old workers are gone or leaving, and new ones are there', () => {
  const before = workersOf([10], tableOf({ 10: master, 11: [10, worker], 12: [10, worker] }));
  expect([...before]).toEqual([11, 12]);
  const later = (processes: Readonly<Record<number, readonly [number, string]>>) =>
    areNew(before, workersOf([10], tableOf({ 10: master, ...processes })));
  expect(later({ 11: [10, worker], 12: [10, worker] })).toBe(false);
  expect(later({ 11: [10, worker], 12: [10, worker], 13: [10, worker] })).toBe(false);
  expect(later({ 11: [10, leaving], 12: [10, worker], 13: [10, worker] })).toBe(false);
  expect(later({ 11: [10, leaving], 12: [10, leaving] })).toBe(false);
  expect(later({})).toBe(false);
  expect(later({ 11: [10, leaving], 13: [10, worker], 14: [10, worker] })).toBe(true);
  expect(later({ 13: [10, worker] })).toBe(true);
});

test('the workers of an nginx behind a wrapper are found, and those of others are not', () => {
  const table = tableOf({ 10: [1, 'pidproxy'], 20: [10, master[1]], 21: [20, worker], 30: master, 31: [30, worker] });
  expect([...workersOf([10], table)]).toEqual([21]);
  expect(nginxMasters(table)).toEqual([20, 30]);
});

test('where nobody is seen there is nothing to wait for', () => {
  expect(areNew(workersOf([10], tableOf({})), new Set())).toBe(true);
});
