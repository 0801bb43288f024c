import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askedInSilence, createPromptCount, promptOf, remoteCommand } from '../../src/remote/become.ts';

const TOKEN = 'abcdefgh01';
const token = fc.stringMatching(/^[0-9a-z]{8,20}$/);

describe('the command line', () => {
  const shell = remoteCommand('none', 123);

  test('is a constant but for the length of the script', () => {
    for (const way of ['none', 'sudo', 'doas'] as const)
      expect(remoteCommand(way, 123).replace('123', '99999')).toBe(remoteCommand(way, 99_999));
    expect(shell).toMatch(/^\/bin\/sh -c '[^'!\\\n]*' node-prep$/);
    expect(remoteCommand('sudo', 123)).toBe(`env LC_ALL=C LANGUAGE=C sudo -n ${shell}`);
    expect(remoteCommand('doas', 123)).toBe(`env LC_ALL=C LANGUAGE=C doas -n ${shell}`);
  });

  test('with a password is one but for the token too, and reads alike in every shell', () => {
    const asking = remoteCommand('sudo', 123, TOKEN);
    expect(asking.replaceAll(TOKEN, 'zyxwvuts')).toBe(remoteCommand('sudo', 123, 'zyxwvuts'));
    expect(asking).toMatch(
      /^env LC_ALL=C LANGUAGE=C sudo -S -p '\w+%%:' \/bin\/sh -c '[^'!\\\n]*' node-prep$/,
    );
  });

  test('with a password never holds the prompt itself', () => {
    fc.assert(
      fc.property(token, (any) => {
        const count = createPromptCount(any);
        // As `set -x` shows it, without its quotes, and as `set -v` does.
        const line = remoteCommand('sudo', 123, any);
        expect(count(Buffer.from(`+ ${line.replaceAll("'", '')}\n${line}\n`))).toBe(0);
      }),
    );
  });

  test.each([0, -1, 1.5, Number.NaN])('no script is %d bytes long', (length) => {
    expect(() => remoteCommand('none', length)).toThrow();
  });

  test.each([
    ['sudo', "a'; reboot; '"],
    ['sudo', 'short'],
    ['none', TOKEN],
    ['doas', TOKEN],
  ] as const)('%s takes no token %j', (way, bad) => {
    expect(() => remoteCommand(way, 123, bad)).toThrow();
  });
});

describe('the prompt is counted', () => {
  const noise = fc.oneof(
    fc.constantFrom('Sorry, try again.\n', 'lecture\n', '', '%', '%%', TOKEN, TOKEN.slice(1), `${TOKEN}?`),
    fc.string(),
  );
  const calm = noise.filter((text) => !text.includes(promptOf(TOKEN)));

  test('in pieces of any size, with anything around it', () => {
    const pieces = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(calm, { maxLength: 6 }), pieces, (between, sizes) => {
        const bytes = Buffer.from(between.join(`\n${promptOf(TOKEN)}`));
        const whole = createPromptCount(TOKEN)(bytes);
        const count = createPromptCount(TOKEN);
        let counted = 0;
        for (let at = 0, n = 0; at < bytes.length; n += 1) {
          const size = sizes[n % sizes.length] ?? 1;
          counted = count(bytes.subarray(at, at + size));
          at += size;
        }
        expect(counted).toBe(whole);
        expect(whole).toBe(Math.max(0, between.length - 1));
      }),
    );
  });

  test('and no prompt of another conversation', () => {
    const count = createPromptCount(TOKEN);
    expect(count(Buffer.from('[sudo] password for ci: abcdefgh02%: Password: '))).toBe(0);
  });
});

describe('sudo asked again', () => {
  const prompt = promptOf(TOKEN);
  test.each([
    ['after a word of what was wrong', `${prompt}Sorry, try again.\n${prompt}`, false],
    ['after an insult', `lecture\n${prompt}Your mother was a hamster!\n${prompt}`, false],
    [
      'after the word of sudo-rs',
      `[sudo: ${prompt}] Password: \nsudo: Authentication failed, try again.\n[sudo: ${prompt}] Password: `,
      false,
    ],
    ['after a word in Greek', `${prompt}Λάθος\n${prompt}`, false],
    ['without a word', `lecture\n${prompt}\n${prompt}`, true],
    ['without a word at all', `${prompt}${prompt}`, true],
  ])('%s', (_, stderr, silent) => {
    expect(askedInSilence(stderr, TOKEN)).toBe(silent);
  });
});
