import { expect, test } from 'vitest';
import { errnoName, errnoText } from '../../../src/daemon/os/errno.ts';

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

test('an errno is told in the words of Python, where they differ from those of Node too', () => {
  expect([1, 2, 13, 36, 40, 98, 99, 199].map(errnoText)).toEqual([
    '[Errno 1] Operation not permitted',
    '[Errno 2] No such file or directory',
    '[Errno 13] Permission denied',
    '[Errno 36] File name too long',
    '[Errno 40] Too many levels of symbolic links',
    '[Errno 98] Address already in use',
    '[Errno 99] Cannot assign requested address',
    '[Errno 199] Unknown error',
  ]);
});
