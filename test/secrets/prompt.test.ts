import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { terminalPrompt } from '../../src/secrets/prompt.ts';

/** A terminal that notes what happens to it. */
function terminal() {
  const notes: string[] = [];
  const keys = new EventEmitter();
  const input = Object.assign(keys, {
    setRawMode: (on: boolean) => void notes.push(on ? 'raw' : 'cooked'),
    resume: () => void notes.push('resume'),
    pause: () => void notes.push('pause'),
  });
  let shown = '';
  const output = {
    write(text: string) {
      shown += text;
    },
  };
  const interruption = new AbortController();
  const prompt = terminalPrompt({ input, output }, interruption.signal);
  const type = (...chunks: (string | Uint8Array)[]) => {
    for (const chunk of chunks) keys.emit('data', Buffer.from(chunk));
  };
  return { notes, keys, prompt, type, interruption, shown: () => shown };
}

/** Asks, types the chunks, and gives the answer. */
async function answer(...chunks: (string | Uint8Array)[]): Promise<string | null> {
  const { prompt, type } = terminal();
  const asked = prompt('password');
  type(...chunks);
  return asked;
}

describe('what is typed', () => {
  test.each<[string, (string | Uint8Array)[], string | null]>([
    ['letters, then Enter', ['s', '3', 'c', '\r'], 's3c'],
    ['a pasted line', ['s3cret\n'], 's3cret'],
    ['backspace takes back a letter', ['s3x\x7fc\r'], 's3c'],
    ['a whole one, even outside the basic plane', ['a🔑\x7fb\r'], 'ab'],
    ['and nothing where there is nothing', ['\x7f\x7fa\r'], 'a'],
    ['Ctrl-U starts over', ['wrong\x15s3c\r'], 's3c'],
    ['arrows and function keys are ignored', ['a\x1b[Ab\x1b[1;5Cc\x1bOPd\r'], 'abcd'],
    ['other control keys too', ['a\x01b\x1ac\r'], 'abc'],
    ['a letter in two pieces', [Uint8Array.of(0xc3), Uint8Array.of(0xa4), '\r'], 'ä'],
    ['only Enter', ['\r'], ''],
    ['Ctrl-D after a text ends it', ['s3c\x04'], 's3c'],
    ['Ctrl-D alone gives up', ['\x04'], null],
    ['Ctrl-C gives up', ['s3c\x03'], null],
  ])('%s', async (_, chunks, expected) => {
    expect(await answer(...chunks)).toBe(expected);
  });

  test('any keys lead to an answer once Enter comes, without control characters', async () => {
    const keys = fc.array(fc.oneof(fc.string(), fc.uint8Array({ maxLength: 4 })));
    await fc.assert(
      fc.asyncProperty(keys, async (chunks) => {
        // Out of any sequence, then Enter.
        const text = await answer(...chunks, 'xxx\r', 'xxx\r');
        if (text !== null) expect(text).not.toMatch(/[\0-\x1f]/);
      }),
    );
  });
});

describe('the terminal', () => {
  test('shows the question and nothing that is typed', async () => {
    const { prompt, type, shown } = terminal();
    const asked = prompt('registry password');
    type('s3cret\r');
    await asked;
    expect(shown()).toBe('registry password: \n');
  });

  test('a question with its own colon gets no second one; control characters are not drawn', async () => {
    const { prompt, type, shown } = terminal();
    const asked = prompt('\x1b[2JPassword: ');
    type('x\r');
    await asked;
    expect(shown()).toBe('\\x1b[2JPassword: \n');
  });

  test.each(['s3cret\r', '\x03'])('is given back after %j, and listened to no more', async (keys) => {
    const { prompt, type, notes, keys: input } = terminal();
    const asked = prompt('password');
    type(keys);
    await asked;
    expect(notes).toEqual(['raw', 'resume', 'cooked', 'pause']);
    expect(input.eventNames()).toEqual([]);
  });

  test('is given back when the run is told to end, and when it goes away', async () => {
    const one = terminal();
    const first = one.prompt('password');
    one.interruption.abort();
    expect(await first).toBeNull();
    expect(one.notes.at(-2)).toBe('cooked');
    const two = terminal();
    const second = two.prompt('password');
    two.keys.emit('end');
    expect(await second).toBeNull();
    expect(two.notes.at(-2)).toBe('cooked');
  });

  test('is left alone when the run has ended already', async () => {
    const { prompt, interruption, notes } = terminal();
    interruption.abort();
    expect(await prompt('password')).toBeNull();
    expect(notes).toEqual([]);
  });
});
