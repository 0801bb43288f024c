import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { createPromptCount, remoteCommand } from '../../src/remote/become.ts';
import { opening } from '../../src/remote/compose.ts';
import { createReplyReader } from '../../src/remote/reply.ts';
import { type LocalProgram, leftOut } from '../support/skipped.ts';
import { createPlace, SCRIPT, until } from './agent.ts';

const TOKEN = 'k5vnq2w0x1yz';
const SHELLS: readonly (readonly [name: LocalProgram, argv: readonly string[]])[] = [
  ['bash', ['bash', '-c']],
  ['dash', ['dash', '-c']],
  ['busybox', ['busybox', 'sh', '-c']],
  ['zsh', ['zsh', '-c']],
  ['fish', ['fish', '-c']],
  ['tcsh', ['tcsh', '-c']],
];

const place = createPlace();
afterAll(() => place.remove());

// Stands in for sudo -S -p PROMPT: asks, reads one line byte by byte, says no in sudo's words.
const ASKS = `[ "$1 $2" = "-S -p" ] || exit 9
printf "$3" >&2
IFS= read -r given || { echo "sudo: no password was provided" >&2; exit 1; }
[ "$given" = "right one" ] || { echo "Sorry, try again." >&2; printf "$3" >&2; IFS= read -r given
  echo "sudo: 1 incorrect password attempt" >&2; exit 1; }
shift 3
exec "$@"`;
const FREE = '[ "$1 $2" = "-S -p" ] || exit 9\nshift 3\nexec "$@"';

interface Started {
  readonly child: ChildProcess;
  readonly replies: string[];
  prompts(): number;
  stderr(): string;
  readonly ended: Promise<number | null>;
}

function start(login: readonly string[], sudo: string): Started {
  place.stub('sudo', sudo);
  const [program = '', ...args] = login;
  const child = spawn(program, [...args, remoteCommand('sudo', SCRIPT.length, TOKEN)], {
    env: { PATH: `${place.folder}/bin:${process.env.PATH}`, HOME: place.folder },
    stdio: 'pipe',
  });
  const reader = createReplyReader(TOKEN);
  const replies: string[] = [];
  const count = createPromptCount(TOKEN);
  let prompts = 0;
  let stderr = '';
  child.stdin.on('error', () => {});
  child.stdout.on('data', (bytes: Uint8Array) => {
    for (const reply of reader.push(bytes)) if (reply.kind === 'answer') replies.push(reply.answer.verb);
  });
  child.stderr.on('data', (bytes: Buffer) => {
    prompts = count(bytes);
    stderr += bytes;
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  return { child, replies, prompts: () => prompts, stderr: () => stderr, ended };
}

describe.each(SHELLS)('under the login shell %s', (name, login) => {
  test.skipIf(leftOut(name))('sudo asks once, and the script gets none of the password', async () => {
    const { child, replies, prompts, ended } = start(login, ASKS);
    await until(() => prompts() === 1);
    expect(replies).toEqual([]);
    child.stdin?.write('right one\n');
    await until(() => replies.length > 0);
    expect(replies).toEqual(['start']);
    child.stdin?.write(opening(SCRIPT, TOKEN, 60, true));
    await until(() => replies.length > 1);
    expect(replies).toEqual(['start', 'hello']);
    child.stdin?.end();
    expect(await ended).toBe(0);
    expect(prompts()).toBe(1);
  });

  test.skipIf(leftOut(name))('a sudo that does not ask starts the script by itself', async () => {
    const { child, replies, prompts, ended } = start(login, FREE);
    await until(() => replies.length > 0);
    child.stdin?.end(opening(SCRIPT, TOKEN, 60, true));
    expect(await ended).toBe(0);
    expect([replies, prompts()]).toEqual([['start', 'hello'], 0]);
  });

  test.skipIf(leftOut(name))('without any input nothing is done', async () => {
    const free = start(login, FREE);
    await until(() => free.replies.length > 0);
    free.child.stdin?.end();
    expect([await free.ended, free.replies]).toEqual([1, ['start']]);
    const asked = start(login, ASKS);
    asked.child.stdin?.end();
    expect([await asked.ended, asked.replies]).toEqual([1, []]);
  });
});

test('a password that lands in the script all the same is not evaluated', async () => {
  const { child, replies, ended, stderr } = start(['/bin/sh', '-c'], FREE);
  child.stdin?.write('echo evaluated >&2\n');
  await until(() => replies.length > 0);
  child.stdin?.end(opening(SCRIPT, TOKEN, 60, true));
  await ended;
  expect([replies, stderr()]).toEqual([['start'], '']);
});

test('after a wrong password the end of the input is all that sudo reads', async () => {
  const { child, replies, prompts, ended, stderr } = start(['/bin/sh', '-c'], ASKS);
  await until(() => prompts() === 1);
  child.stdin?.write('wrong\n');
  await until(() => prompts() === 2);
  child.stdin?.end();
  await ended;
  expect(replies).toEqual([]);
  expect(stderr()).toMatch(/sudo: 1 incorrect password attempt\n$/);
});
