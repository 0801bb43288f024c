import { expect, test } from 'vitest';
import { createHeldOutput } from '../../../src/transports/openssh/held-output.ts';

function listening() {
  const heard: string[] = [];
  const tell = (name: string) => (bytes: Uint8Array) => void heard.push(`${name}: ${Buffer.from(bytes)}`);
  return { heard, listener: { stdout: tell('out'), stderr: tell('err') } };
}

test('what comes before anybody listens is heard first, once, and in order', () => {
  const output = createHeldOutput();
  output.stdout(Buffer.from('1'));
  output.stderr(Buffer.from('x'));
  output.stdout(Buffer.from('2'));
  const { heard, listener } = listening();
  output.release(listener);
  output.stdout(Buffer.from('3'));
  expect(heard).toEqual(['out: 1', 'out: 2', 'err: x', 'out: 3']);
});

test('no more than 1 MiB of a stream is kept, and the end of standard error to show', () => {
  const output = createHeldOutput();
  for (let i = 0; i < 30; i += 1) {
    output.stdout(Buffer.alloc(100_000));
    output.stderr(Buffer.alloc(100_000, String(i % 10)));
  }
  expect(output.stderrTail()).toBe('9'.repeat(4_096));
  let kept = 0;
  output.release({
    stdout(bytes) {
      kept += bytes.length;
    },
    stderr: () => undefined,
  });
  expect(kept).toBe(1_048_576);
});
