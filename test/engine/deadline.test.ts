import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startDeadline } from '../../src/engine/deadline.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a deadline expires once its time is used up', () => {
  const expire = vi.fn();
  startDeadline(1_000, expire);
  vi.advanceTimersByTime(999);
  expect(expire).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(expire).toHaveBeenCalledOnce();
});

test('the clock stands still while the agent waits for others', async () => {
  const expire = vi.fn();
  const deadline = startDeadline(1_000, expire);
  vi.advanceTimersByTime(400);
  let wake = () => {};
  const waited = deadline.paused(
    new Promise<void>((done) => {
      wake = done;
    }),
  );
  vi.advanceTimersByTime(60_000);
  expect(expire).not.toHaveBeenCalled();
  expect(deadline.remaining()).toBe(600);
  wake();
  await waited;
  vi.advanceTimersByTime(599);
  expect(expire).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(expire).toHaveBeenCalledOnce();
});

test('two waits at once pause the clock until both have ended', async () => {
  const expire = vi.fn();
  const deadline = startDeadline(1_000, expire);
  let first = () => {};
  let second = () => {};
  const one = deadline.paused(
    new Promise<void>((done) => {
      first = done;
    }),
  );
  const two = deadline.paused(
    new Promise<void>((done) => {
      second = done;
    }),
  );
  first();
  await one;
  vi.advanceTimersByTime(5_000);
  expect(expire).not.toHaveBeenCalled();
  second();
  await two;
  vi.advanceTimersByTime(1_000);
  expect(expire).toHaveBeenCalledOnce();
});

test('a cleared deadline never expires, not even after a wait', async () => {
  const expire = vi.fn();
  const deadline = startDeadline(1_000, expire);
  let wake = () => {};
  const waited = deadline.paused(
    new Promise<void>((done) => {
      wake = done;
    }),
  );
  deadline.clear();
  wake();
  await waited;
  vi.advanceTimersByTime(10_000);
  expect(expire).not.toHaveBeenCalled();
});
