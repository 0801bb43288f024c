import { describe, expect, test } from 'vitest';
import { shellWord } from '../../src/lib/quote.ts';

describe('a word for a shell', () => {
  test.each([
    ['web-1.example.com', 'web-1.example.com'],
    ['/home/me/.ssh/id_ed25519', '/home/me/.ssh/id_ed25519'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['[h]:2', "'[h]:2'"],
    ['a;id', "'a;id'"],
    ["it's", "'it'\\''s'"],
    ['-x', "'-x'"],
    ['~/key', "'~/key'"],
    ['', "''"],
  ])('%s', (word, expected) => {
    expect(shellWord(word)).toBe(expected);
  });
});
