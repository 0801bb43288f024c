import { describe, expect, test } from 'vitest';
import { surroundings } from './surroundings.ts';

/** A prompt that notes what it asks, and always gets the same answer. */
const noting = (asked: string[], answer: string | null) => async (text: string) => {
  asked.push(text);
  return answer;
};
const ask = (text: string) => ({ kind: 'prompt', text }) as const;

describe('each reference is read once', () => {
  test('however many ask, at the same time or later', async () => {
    const asked: string[] = [];
    const { source } = surroundings({}, { prompt: noting(asked, 's3cret') });
    const [one, two] = await Promise.all([source.read(ask('a')), source.read(ask('a'))]);
    expect(one).toBe(two);
    expect(await source.read(ask('a'))).toBe(one);
    expect(asked).toEqual(['a']);
  });

  test('a problem is found once too', async () => {
    const { source } = surroundings();
    expect(await source.read({ kind: 'env', name: 'X' })).toBe(await source.read({ kind: 'env', name: 'X' }));
  });
});

describe('prompts', () => {
  test('come one after the other', async () => {
    const notes: string[] = [];
    const prompt = async (text: string) => {
      notes.push(`ask ${text}`);
      await new Promise((done) => setImmediate(done));
      notes.push(`answer ${text}`);
      return text;
    };
    const { read } = surroundings({}, { prompt });
    expect(await Promise.all([read(ask('a')), read(ask('b'))])).toEqual(['a', 'b']);
    expect(notes).toEqual(['ask a', 'answer a', 'ask b', 'answer b']);
  });

  test('after Ctrl-C nothing more is asked, read or started', async () => {
    const asked: string[] = [];
    const { read } = surroundings({ X: 's3cret' }, { prompt: noting(asked, null) });
    const answers = await Promise.all([read(ask('a')), read(ask('b'))]);
    expect(answers).toEqual([expect.stringMatching(/^INTERRUPTED/), expect.stringMatching(/^INTERRUPTED/)]);
    expect(await read({ kind: 'exec', argv: ['echo', 's3cret'] })).toMatch(/^INTERRUPTED/);
    expect(asked).toEqual(['a']);
  });

  test('without a terminal are a problem that says what else there is', async () => {
    expect(await surroundings().read(ask('registry password'))).toMatch(
      /^SECRET_UNAVAILABLE There is no terminal to ask for "registry password" on\. .*\{ env: NAME \}/,
    );
  });

  test('an empty answer is a problem', async () => {
    expect(await surroundings({}, { prompt: async () => '' }).read(ask('a'))).toMatch(
      /The answer to "a" is empty/,
    );
  });

  test('a terminal that fails is a problem, and the next question is still asked', async () => {
    let calls = 0;
    const prompt = async () => {
      calls += 1;
      if (calls === 1) throw new Error('EIO');
      return 's3cret';
    };
    const { read } = surroundings({}, { prompt });
    expect(await read(ask('a'))).toMatch(/^SECRET_UNAVAILABLE The terminal cannot be used/);
    expect(await read(ask('b'))).toBe('s3cret');
  });
});

test('once the run is told to end, nothing is read', async () => {
  const { read, interruption } = surroundings();
  interruption.abort();
  expect(await read({ kind: 'exec', argv: ['echo', 's3cret'] })).toMatch(/^INTERRUPTED/);
});
