import { describe, expect, test } from 'vitest';
import { timedOut } from '../../../../src/transports/given-up.ts';
import { startAttempt } from '../../../../src/transports/ssh2/connection/attempt.ts';
import { target } from '../../../support/fleet-samples.ts';

describe('an attempt that is aborted', () => {
  test.each([
    ['while a password has no answer counts as refused', true],
    ['before a password is sent does not', false],
  ])('%s', async (_, sent) => {
    const abort = new AbortController();
    const agent = target('a1');
    const attempt = startAttempt(agent, abort.signal);
    attempt.explain(() => ({ failure: timedOut(agent, 'in the midst of the login'), passwordRefused: sent }));
    abort.abort('timeout');
    expect(await attempt.failed).toMatchObject({ failure: { code: 'TIMED_OUT' }, passwordRefused: sent });
  });
});
