import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answer, Reply } from '../../src/remote/answer.ts';
import { createReplyReader } from '../../src/remote/reply.ts';

const TOKEN = 'k7d2m9x4q1w8';

function readAll(bytes: Uint8Array | string): { replies: readonly Reply[]; noise: string } {
  const reader = createReplyReader(TOKEN);
  const replies = reader.push(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  return { replies, noise: reader.noise() };
}

/** The lines, each with the token. */
const said = (...lines: string[]) => lines.map((line) => `${TOKEN} ${line}\n`).join('');

function answerOf(...lines: string[]): Answer {
  const reply = readAll(said(...lines, 'done look')).replies.at(-1);
  if (reply?.kind !== 'answer') throw new Error('no answer');
  return reply.answer;
}

const bytes = (text: string) => [...Buffer.from(text)];

describe('an answer', () => {
  test('has the fields, texts and checks since the one before', () => {
    const { replies } = readAll(
      said(
        'field user 0',
        'done hello',
        'wait',
        'field code 0',
        'field empty',
        'text output 68 61',
        'text output 6c6c6f',
        'line path /usr/bin/docker',
        'check 1 3 no - - , 6f6f',
        'done verify',
      ),
    );
    expect(replies.map(({ kind }) => kind)).toEqual(['answer', 'wait', 'check', 'answer']);
    expect(replies[0]).toMatchObject({
      answer: { verb: 'hello', fields: new Map([['user', '0']]), checks: [] },
    });
    const last = replies[3];
    if (last?.kind !== 'answer') throw new Error('no answer');
    expect(Object.fromEntries(last.answer.fields)).toEqual({ code: '0', empty: '' });
    expect([...last.answer.texts].map(([name, text]) => [name, [...text]])).toEqual([
      ['output', bytes('hallo')],
      ['path', bytes('/usr/bin/docker')],
    ]);
    expect(last.answer.checks.length).toBe(1);
  });

  test.each([
    [
      '0 0 no - - , -',
      { index: 0, exitCode: 0, timedOut: false, controlCode: null, alive: null, missing: [], output: [] },
    ],
    ['7 137 yes - - ,a,./b -', { index: 7, exitCode: 137, timedOut: true, missing: ['a', './b'] }],
    ['2 0 no 0 yes , ', { controlCode: 0, alive: 'yes', output: [] }],
    ['2 0 no 1 no , 00ff', { controlCode: 1, alive: 'no', output: [0, 255] }],
    ['2 0 no late hidden , -', { controlCode: 'timed-out', alive: 'hidden' }],
  ] as const)('a check: %s', (line, expected) => {
    const [check] = answerOf(`check ${line}`).checks;
    expect({ ...check, output: [...(check?.output ?? [])] }).toMatchObject(expected);
  });

  test.each([
    ['', 'check'],
    ['an index beyond bounds', 'check 1000 0 no - - , -'],
    ['a negative index', 'check -1 0 no - - , -'],
    ['words for numbers', 'check one 0 no - - , -'],
    ['no code', 'check 1 x no - - , -'],
    ['neither yes nor no', 'check 1 0 maybe - - , -'],
    ['an odd number of digits', 'check 1 0 no - - , abc'],
    ['digits that are none', 'check 1 0 no - - , zz'],
    ['one field more', 'check 1 0 no - - , 00 x'],
    ['a text of nonsense', 'text output xyz'],
    ['a text of an odd number of digits', 'text output 123'],
    ['a field without a name', 'field'],
    ['a field with a strange name', 'field __proto__ x'],
    ['a word that is none', 'shout hello'],
    ['an end without a verb', 'done'],
    ['an end with a strange verb', 'done ../x'],
    ['a NUL', 'field a b\0c'],
  ])('makes no sense, and is left out: %s', (_, line) => {
    const answer = answerOf(line);
    expect([answer.fields.size, answer.texts.size, answer.checks.length]).toEqual([0, 0, 0]);
  });

  test('the first of two checks with the same index counts', () => {
    const answer = answerOf('check 1 0 no - - , -', 'check 1 5 no - - , -');
    expect(answer.checks.map(({ exitCode }) => exitCode)).toEqual([0]);
  });

  test('its line may end as another system’s, and its value may be any UTF-8', () => {
    expect(readAll(`${TOKEN} field a é\r\n${TOKEN} done look\r\n`).replies[0]).toMatchObject({
      answer: { verb: 'look' },
    });
    const { replies } = readAll(Buffer.from(said('field group Größe 😀 x ', 'done look')));
    expect(replies[0]).toMatchObject({ answer: { fields: new Map([['group', 'Größe 😀 x ']]) } });
  });
});

describe('noise', () => {
  test.each([
    ['the token in the middle of a line', `x ${TOKEN} done hello\n`],
    ['the token with something before it', ` ${TOKEN} done hello\n`],
    ['the token glued to a word', `${TOKEN}done hello\n`],
    ['another token', 'aaaaaaaaaaaa done hello\n'],
    ['no line break', 'This account is currently not available.'],
  ])('is no reply: %s', (_, text) => {
    expect(readAll(text)).toEqual({ replies: [], noise: text });
  });

  test('its end is kept, 2,000 characters of it, without what begins with the token', () => {
    const secret = said('text bytes 73656372 6574', 'text bytes not-hex-secret').slice(0, -1);
    const { noise } = readAll(`${'a'.repeat(3_000)}\nlast words\n${secret}`);
    expect(noise).toBe(`${'a'.repeat(2_000 - 12)}\nlast words\n`);
    expect(readAll(`motd\n${TOKEN.slice(0, 5)}`).noise).toBe('motd\n');
  });

  test('before an answer, with and without a line break, does not hide it', () => {
    const { replies, noise } = readAll(`Welcome!\n$ \n${said('done hello')}bye`);
    expect([replies.length, noise]).toEqual([1, 'Welcome!\n$ \nbye']);
  });
});

describe('what is too much is dropped', () => {
  test('a line of more than 64 KiB, a text of more than 128 KiB, 64 fields and texts, 1 MiB in all', () => {
    expect(answerOf(`line big ${'x'.repeat(70_000)}`, 'field after 1').fields.get('after')).toBe('1');
    expect(answerOf(`line big ${'x'.repeat(70_000)}`).texts.size).toBe(0);
    expect(answerOf(`field a ${'x'.repeat(60_000)}`).fields.get('a')?.length).toBe(4_096);
    const chunk = 'ab'.repeat(8_000);
    const long = answerOf(...Array.from({ length: 30 }, () => `text big ${chunk}`));
    expect(long.texts.get('big')?.length).toBe(128_000);
    const names = Array.from(
      { length: 200 },
      (_, at) => `n${'abcdefghij'[Math.floor(at / 20)]}${'abcdefghijklmnopqrst'[at % 20]}`,
    );
    const many = answerOf(
      ...names.map((name) => `field ${name} 1`),
      ...names.map((name) => `text ${name} 00`),
    );
    expect([many.fields.size, many.texts.size]).toEqual([64, 64]);
    const { replies } = readAll(
      Array.from({ length: 12 }, () =>
        said(...Array.from({ length: 16 }, () => `text big ${chunk}`), 'done look'),
      ).join(''),
    );
    const sizes = replies.map((reply) =>
      reply.kind === 'answer' ? (reply.answer.texts.get('big')?.length ?? 0) : 0,
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(1_024 * 1_024);
    expect(sizes[0]).toBe(128_000);
  });

  test('a check’s output, missing words', () => {
    const [check] = answerOf(`check 1 1 no - - ${',w'.repeat(500)} ${'61'.repeat(2_000)}`).checks;
    expect([check?.output.length, (check?.missing.length ?? 0) <= 64]).toEqual([600, true]);
  });

  test('a flood of noise takes no memory', () => {
    const reader = createReplyReader(TOKEN);
    const flood = Buffer.alloc(1_000_000, 'words without an end, ');
    const lines = Buffer.alloc(1_000_000, 'a line\n');
    for (let round = 0; round < 3; round += 1) {
      reader.push(flood);
      reader.push(lines);
      expect(reader.noise().length).toBe(2_000);
    }
    expect(reader.push(Buffer.from(`\n${said('done hello')}`)).length).toBe(1);
  });
});

describe('for any bytes', () => {
  const line = fc.oneof(
    fc.constantFrom(
      'wait',
      'done hello',
      'field a b',
      'text t 00ff',
      'line p q',
      'check 1 0 no - - , -',
      'text t 0',
    ),
    fc.string({ maxLength: 30 }),
  );
  const stream = fc
    .array(
      fc.oneof(
        line.map((text) => `${TOKEN} ${text}\n`),
        fc.string({ maxLength: 40 }).map((text) => `${text}\n`),
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc.constantFrom('\r\n', '\n', '\0', TOKEN, `${TOKEN} `, 'x'.repeat(3_000)),
      ),
      { maxLength: 30 },
    )
    .map((parts) => Buffer.from(parts.join('')));

  test('any way to cut them gives the same replies and the same noise', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(100), { minLength: 1 }), (all, cuts) => {
        const reader = createReplyReader(TOKEN);
        const replies: Reply[] = [];
        for (let from = 0, turn = 0; from < all.length; turn += 1) {
          const to = from + 1 + (cuts[turn % cuts.length] ?? 0);
          replies.push(...reader.push(all.subarray(from, to)));
          from = to;
        }
        const whole = readAll(all);
        expect(replies).toEqual(whole.replies);
        expect(reader.noise()).toBe(whole.noise);
      }),
    );
  });

  test('even for lines beyond the limit', () => {
    const all = Buffer.from(
      `${'n'.repeat(70_000)}\n${TOKEN} field a ${'f'.repeat(70_000)}\n${said('done look')}`,
    );
    const whole = readAll(all);
    for (const size of [1, 7, 1_000, 65_536, 65_537]) {
      const reader = createReplyReader(TOKEN);
      const replies: Reply[] = [];
      for (let from = 0; from < all.length; from += size)
        replies.push(...reader.push(all.subarray(from, from + size)));
      expect([replies, reader.noise()]).toEqual([whole.replies, whole.noise]);
    }
    expect(whole.noise).toBe(`${'n'.repeat(1_999)}\n`);
  });

  test('it never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (parts) => {
        const reader = createReplyReader(TOKEN);
        for (const part of parts) reader.push(part);
        expect(reader.noise().length).toBeLessThanOrEqual(2_000);
      }),
    );
  });
});
