import { expect, test } from 'vitest';
import { listenForInterruption } from '../../src/terminal/interruption.ts';

type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** A process that can be sent signals; its end is noted, and does not happen. */
function program() {
  const listeners = new Map<Signal, () => void>();
  const log: string[] = [];
  const interruption = listenForInterruption(
    { on: (signal, listener) => void listeners.set(signal, listener) },
    (code) => void log.push(`ended ${code}`),
  );
  return {
    log,
    interruption,
    send: (signal: Signal) => listeners.get(signal)?.(),
    note: (text: string) => () => void log.push(text),
  };
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 143],
] as const)('%s ends the program at once where nobody listens, with %d', (signal, code) => {
  const { log, send } = program();
  send(signal);
  expect(log).toEqual([`ended ${code}`]);
});

test('the first is told to all who listen, and the program goes on', () => {
  const { log, interruption, send } = program();
  interruption.listen((code) => void log.push(`one hears ${code}`));
  interruption.listen((code) => void log.push(`two hears ${code}`));
  expect(interruption.signal.aborted).toBe(false);
  send('SIGTERM');
  expect(log).toEqual(['one hears 143', 'two hears 143']);
  expect(interruption.signal.aborted).toBe(true);
});

test('who listens too late is told at once', () => {
  const { log, interruption, send, note } = program();
  interruption.listen(note('early'));
  send('SIGINT');
  interruption.listen((code) => void log.push(`late hears ${code}`));
  expect(log).toEqual(['early', 'late hears 130']);
});

test('the second ends the program with its own code, and is told to nobody', () => {
  const { log, interruption, send, note } = program();
  interruption.listen(note('told'));
  send('SIGINT');
  send('SIGTERM');
  expect(log).toEqual(['told', 'ended 143']);
});

test('before the end: the latest action first, the others even if one throws, and each once', () => {
  const { log, interruption, send, note } = program();
  interruption.beforeEnd(note('folder'));
  interruption.beforeEnd(() => {
    log.push('throws');
    throw new Error('no');
  });
  interruption.beforeEnd(note('terminal'));
  send('SIGINT');
  send('SIGINT');
  expect(log).toEqual(['terminal', 'throws', 'folder', 'ended 130', 'ended 130']);
});

test('whoever else ends the program can have the actions run, too', () => {
  const { log, interruption, send, note } = program();
  interruption.beforeEnd(note('terminal'));
  interruption.clearUp();
  send('SIGTERM');
  expect(log).toEqual(['terminal', 'ended 143']);
});
