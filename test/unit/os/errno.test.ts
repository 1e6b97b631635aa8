import { expect, test } from 'vitest';
import { errnoName } from '../../../src/daemon/os/errno.ts';

test('an errno has the name that Supervisor prints, and the first where there are two', () => {
  expect([2, 13, 20, 7, 8, 11, 95, 80].map(errnoName)).toEqual([
    'ENOENT',
    'EACCES',
    'ENOTDIR',
    'E2BIG',
    'ENOEXEC',
    'EAGAIN',
    'ENOTSUP',
    'ELIBBAD',
  ]);
});

test('an errno without a name keeps its number', () => {
  expect(errnoName(199)).toBe('errno 199');
});
