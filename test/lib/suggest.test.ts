import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../src/lib/suggest.ts';

const KEYS = ['username', 'password', 'proof', 'identityFiles', 'knownHosts', 'port'];

test.each([
  ['a letter is missing', 'usrname', 'username'],
  ['a letter is too much', 'passsword', 'password'],
  ['neighbours are swapped', 'usernmae', 'username'],
  ['another way of writing', 'identity_files', 'identityFiles'],
  ['upper case', 'KNOWNHOSTS', 'knownHosts'],
  ['a short word', 'prot', 'port'],
  ['nothing like it', 'banana', null],
  ['too much is wrong', 'pxxx', null],
  ['empty', '', null],
  ['longer than any key', 'x'.repeat(100_000), null],
])('%s', (_, word, expected) => {
  expect(nearest(word, KEYS)).toBe(expected);
});

test('the nearest one is taken, not the first', () => {
  expect(nearest('gpu-12', ['gpu-31', 'gpu-13', 'gpu-14'])).toBe('gpu-13');
});

test('in words, or not at all', () => {
  expect(didYouMean('prot', KEYS)).toBe('Did you mean port?');
  expect(didYouMean('banana', KEYS)).toBeNull();
});

test.each(KEYS)('%s is its own nearest', (key) => {
  expect(nearest(key, KEYS)).toBe(key);
});
