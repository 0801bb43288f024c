import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLoginPace } from '../../src/engine/pace.ts';
import { failure } from '../../src/errors/failure.ts';
import type { LoginVerdict } from '../../src/steps/login.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new Promise<void>(() => {});
const proven: LoginVerdict = { kind: 'proven', entry: { key: 'r', auth: 'eA==' } };
const limited = (waitMs: number | null): LoginVerdict => ({
  kind: 'rate-limited',
  failure: failure('REGISTRY_RATE_LIMITED', 'login', { registry: 'r' }),
  waitMs,
});

function login(
  pace: ReturnType<typeof createLoginPace>,
  verdicts: LoginVerdict[],
  options: { remaining?: number; cancelled?: Promise<void> } = {},
) {
  const attempt = vi.fn(() => Promise.resolve(verdicts.shift() ?? proven));
  const waits = vi.fn();
  const remaining = () => options.remaining ?? 120_000;
  const end = pace.login({ registry: 'r', remaining, attempt, waits, cancelled: options.cancelled ?? never });
  return { attempt, waits, end };
}

test('a rate limit is followed by a rest as long as the registry says, then by another try', async () => {
  const pace = createLoginPace(16);
  const one = login(pace, [limited(30_000), proven]);
  await vi.advanceTimersByTimeAsync(29_999);
  expect(one.attempt).toHaveBeenCalledTimes(1);
  expect(one.waits).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await one.end).toBe(proven);
  expect(one.attempt).toHaveBeenCalledTimes(2);
});

test('one rate limit makes the whole fleet rest', async () => {
  const pace = createLoginPace(16);
  const one = login(pace, [limited(30_000), proven]);
  await vi.advanceTimersByTimeAsync(1);
  const two = login(pace, [proven]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(two.attempt).not.toHaveBeenCalled();
  expect(two.waits).toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(11_000);
  expect([await one.end, await two.end]).toEqual([proven, proven]);
});

test('an agent whose time would run out in the rest fails with the rate limit at once', async () => {
  const pace = createLoginPace(16);
  const one = login(pace, [limited(900_000)], { remaining: 60_000 });
  await vi.advanceTimersByTimeAsync(1);
  expect((await one.end).kind).toBe('rate-limited');
});

test('an agent whose time runs out in the midst of another try fails with the rate limit too', async () => {
  const pace = createLoginPace(16);
  const lost: LoginVerdict = { kind: 'failed', failure: failure('CONNECTION_LOST', 'login') };
  const options = { remaining: 60_000 };
  const one = login(pace, [limited(1_000), lost], options);
  await vi.advanceTimersByTimeAsync(100);
  options.remaining = 1_501;
  const end = one.end;
  await vi.advanceTimersByTimeAsync(400);
  options.remaining = 0;
  await vi.advanceTimersByTimeAsync(2_000);
  expect((await end).kind).toBe('rate-limited');
  expect(one.attempt).toHaveBeenCalledTimes(2);
});

test('an agent that is given up in the rest does not try again', async () => {
  const pace = createLoginPace(16);
  let giveUp = () => {};
  const cancelled = new Promise<void>((done) => {
    giveUp = done;
  });
  const one = login(pace, [limited(30_000)], { cancelled });
  await vi.advanceTimersByTimeAsync(1_000);
  giveUp();
  expect((await one.end).kind).toBe('rate-limited');
  expect(one.attempt).toHaveBeenCalledTimes(1);
});

test('where the registry does not say how long, the rests grow', async () => {
  const pace = createLoginPace(16);
  const one = login(pace, [limited(null), limited(null), proven]);
  await vi.advanceTimersByTimeAsync(6_000);
  expect(one.attempt).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(6_000);
  expect(one.attempt).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(6_000);
  expect(one.attempt).toHaveBeenCalledTimes(3);
  expect(await one.end).toBe(proven);
});

test('those who already wait for a place rest too', async () => {
  const pace = createLoginPace(2);
  const told = login(pace, [limited(30_000), proven]);
  const queued = Array.from({ length: 10 }, () => login(pace, [proven]));
  await vi.advanceTimersByTimeAsync(20_000);
  const early = queued.filter(({ attempt }) => attempt.mock.calls.length > 0);
  expect(early.length).toBeLessThanOrEqual(2);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await Promise.all([told, ...queued].map(({ end }) => end))).toEqual(Array(11).fill(proven));
});

test('a login that was on its way already does not end a rest that was asked for since', async () => {
  const pace = createLoginPace(16);
  let answer = (_: LoginVerdict) => {};
  const slow = pace.login({
    registry: 'r',
    remaining: () => 120_000,
    attempt: () =>
      new Promise((done) => {
        answer = done;
      }),
    waits: () => {},
    cancelled: never,
  });
  await vi.advanceTimersByTimeAsync(1);
  const told = login(pace, [limited(30_000), proven]);
  await vi.advanceTimersByTimeAsync(1);
  answer(proven);
  await slow;
  const later = login(pace, [proven]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(later.attempt).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(25_000);
  expect([await told.end, await later.end]).toEqual([proven, proven]);
});

test('no more logins than allowed are in flight', async () => {
  const pace = createLoginPace(2);
  let inFlight = 0;
  let most = 0;
  const attempt = async () => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    await new Promise((wake) => setTimeout(wake, 100));
    inFlight -= 1;
    return proven;
  };
  const ends = Array.from({ length: 6 }, () =>
    pace.login({ registry: 'r', remaining: () => 1_000, attempt, waits: () => {}, cancelled: never }),
  );
  await vi.advanceTimersByTimeAsync(1_000);
  await Promise.all(ends);
  expect(most).toBe(2);
});
