import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { selectTargets } from '../../src/inventory/select.ts';
import { good, REGISTRIES } from './reading.ts';

const { targets } = good(`${REGISTRIES}
agents: ["10.0.1.[1-4]", { host: 10.0.2.7, name: gpu-7, ssh: { port: 2222 } }, { host: Web1.example.com }]
groups:
  public: { agents: ["edge-[08-11]"] }
  gpu: { agents: [{ host: 10.0.2.8, name: gpu-8 }, { host: "2001:db8::7", name: six }] }
`);

const select = (limit: readonly string[], exclude: readonly string[] = []) => {
  const selected = selectTargets(targets, limit, exclude);
  return selected.ok ? selected.value.map(({ name }) => name) : selected.error.map(({ code }) => code);
};

describe('--limit takes', () => {
  test.each([
    ['a name', ['gpu-7'], ['gpu-7']],
    ['a host', ['10.0.2.7'], ['gpu-7']],
    ['a host in another case', ['web1.EXAMPLE.com'], ['Web1.example.com']],
    ['an IPv6 address', ['2001:db8::7'], ['six']],
    ['an IPv6 address, written otherwise', ['2001:DB8:0::7'], ['six']],
    ['a group', ['gpu'], ['gpu-8', 'six']],
    ['a glob over names', ['gpu-*'], ['gpu-7', 'gpu-8']],
    ['a glob over hosts', ['10.0.2.?'], ['gpu-7', 'gpu-8']],
    ['a glob over groups', ['pub*'], ['edge-08', 'edge-09', 'edge-10', 'edge-11']],
    ['a range', ['10.0.1.[2-3]'], ['10.0.1.2', '10.0.1.3']],
    ['a range that knows more than the inventory', ['10.0.1.[4-200]'], ['10.0.1.4']],
    ['a padded range', ['edge-[09-10]'], ['edge-09', 'edge-10']],
    ['several patterns with commas', ['gpu-7,edge-08'], ['gpu-7', 'edge-08']],
    ['commas and blanks', ['gpu-7, edge-08'], ['gpu-7', 'edge-08']],
    [
      'a list in brackets, whose commas do not part it',
      ['10.0.1.[1,3],six'],
      ['10.0.1.1', '10.0.1.3', 'six'],
    ],
    ['several values, in the order of the inventory', ['six', '10.0.1.4'], ['10.0.1.4', 'six']],
    ['what fits twice, once', ['gpu-8', 'gpu'], ['gpu-8', 'six']],
  ])('%s', (_, limit, names) => {
    expect(select(limit)).toEqual(names);
  });

  test('nothing: then all are left', () => {
    expect(select([])).toEqual(targets.map(({ name }) => name));
  });
});

describe('--exclude', () => {
  test.each([
    ['takes away from all', [], ['10.0.1.*,public,gpu'], ['gpu-7', 'Web1.example.com']],
    ['takes away from the limit', ['gpu-*'], ['gpu-8'], ['gpu-7']],
    ['may name agents that the limit has not', ['gpu-7'], ['public'], ['gpu-7']],
  ])('%s', (_, limit, exclude, names) => {
    expect(select(limit, exclude)).toEqual(names);
  });
});

describe('a problem is', () => {
  test.each([
    ['a pattern that fits nothing', ['gpu-77'], [], ['PATTERN_UNMATCHED']],
    ['a glob that fits nothing', ['tpu-*'], [], ['PATTERN_UNMATCHED']],
    ['an exclusion that fits nothing', [], ['gpu-77'], ['PATTERN_UNMATCHED']],
    [
      'all of them at once',
      ['nope-a,gpu-7', 'n[2-1]'],
      [''],
      ['PATTERN_UNMATCHED', 'PATTERN_INVALID', 'PATTERN_INVALID'],
    ],
    ['an empty pattern', [''], [], ['PATTERN_INVALID']],
    ['a comma at the end', ['gpu-7,'], [], ['PATTERN_INVALID']],
    ['a broken range', ['10.0.1.[1-'], [], ['PATTERN_INVALID']],
    ['a range of a billion', ['10.0.1.[1-1000000000]'], [], ['PATTERN_INVALID']],
    ['a glob in a range', ['gpu-[7-8]*'], [], ['PATTERN_INVALID']],
    ['nothing left', ['gpu'], ['gpu'], ['NO_AGENT_LEFT']],
  ])('%s', (_, limit, exclude, codes) => {
    expect(select(limit, exclude)).toEqual(codes);
  });

  test('explained with the pattern, and what was meant', () => {
    expect(selectTargets(targets, ['gqu-7'], [])).toMatchObject({
      error: [{ message: '--limit "gqu-7" fits no agent of the inventory.', hint: 'Did you mean gpu-7?' }],
    });
    expect(selectTargets(targets, [], ['banana'])).toMatchObject({
      error: [
        {
          message: '--exclude "banana" fits no agent of the inventory.',
          hint: expect.stringContaining('node-prep hosts'),
        },
      ],
    });
  });
});

describe('whatever is asked for', () => {
  const word = fc.constantFrom(
    ...targets.flatMap(({ name, host, group }) => [name, host, group ?? name]),
    'gpu-*',
    '10.*',
    '10.0.1.[1-3]',
    '?ix',
    '*',
  );
  const words = fc.array(word, { maxLength: 4 });
  const namesOf = (patterns: readonly string[]) => {
    const selected = selectTargets(targets, patterns, []);
    return selected.ok && patterns.length > 0 ? selected.value : [];
  };

  test('what exclude names is never left, what limit names is all there is, and the order stays', () => {
    fc.assert(
      fc.property(words, words, (limit, exclude) => {
        const selected = selectTargets(targets, limit, exclude);
        const left = selected.ok ? selected.value : [];
        const wanted = limit.length === 0 ? targets : namesOf(limit);
        const unwanted = namesOf(exclude);
        expect(left).toEqual(
          targets.filter((target) => wanted.includes(target) && !unwanted.includes(target)),
        );
      }),
    );
  });

  test('no pattern makes it throw', () => {
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom('[', ']', ',', '*', '?', '-', '1', 'a')).map((signs) => signs.join('')),
    );
    fc.assert(fc.property(text, text, (limit, exclude) => void selectTargets(targets, [limit], [exclude])));
  });
});
