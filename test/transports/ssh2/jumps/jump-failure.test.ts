import { describe, expect, test } from 'vitest';
import { jumpName } from '../../../../src/domain/jump-name.ts';
import { failure } from '../../../../src/errors/failure.ts';
import { jumpFailed, tunnelRefused } from '../../../../src/transports/ssh2/jumps/jump-failure.ts';
import { makeTarget } from '../../../support/ssh-target.ts';

const JUMP = makeTarget('bastion', 22, { user: 'me' });
const AGENT = makeTarget('agent', 2222);

test.each([
  ['bastion', 22, 'me@bastion'],
  ['bastion', 2222, 'me@bastion:2222'],
  ['2001:db8::1', 22, 'me@2001:db8::1'],
  ['2001:db8::1', 2222, 'me@[2001:db8::1]:2222'],
])('a jump host %s with port %d is called %s', (host, port, name) => {
  expect(jumpName(makeTarget(host, port, { user: 'me' }))).toBe(name);
});

describe('a jump host that does not connect on, with reason', () => {
  test.each([
    [2, 'Connection refused', 'CONNECTION_REFUSED'],
    [2, 'Connection timed out', 'CONNECTION_TIMED_OUT'],
    [2, 'No route to host', 'CONNECTION_TIMED_OUT'],
    [2, 'Network is unreachable', 'CONNECTION_TIMED_OUT'],
    [2, 'Name or service not known', 'HOST_UNRESOLVED'],
    [2, 'Temporary failure in name resolution', 'HOST_UNRESOLVED'],
    [2, 'No address associated with hostname', 'HOST_UNRESOLVED'],
    [2, '', 'CONNECTION_REFUSED'],
    [1, 'open failed', 'JUMP_FAILED'],
    [3, 'unknown channel type', 'JUMP_FAILED'],
    [4, '', 'JUMP_FAILED'],
    [99, '', 'JUMP_FAILED'],
  ])('%d and the words "%s", is %s', (reason, said, code) => {
    const it = tunnelRefused(AGENT, JUMP, { kind: 'refused', reason, said });
    expect(it.code).toBe(code);
    expect(`${it.message} ${it.detail}`).toContain('me@bastion');
    if (code === 'JUMP_FAILED') expect(it.retryable).toBe(reason === 4);
  });
});

test('its failure is as retryable as what has caused it, which is named', () => {
  const cause = (retryable: boolean) => ({
    ...failure('CONNECTION_REFUSED', 'connect', { host: 'bastion', port: 22 }, 'the detail'),
    retryable,
  });
  const [once, again] = [jumpFailed(JUMP, cause(false)), jumpFailed(JUMP, cause(true))];
  expect([once.retryable, again.retryable]).toEqual([false, true]);
  expect(once.message).toBe('The jump host me@bastion failed.');
  expect(once.detail).toBe('Nothing accepts connections on bastion port 22. the detail');
  expect(once.hint).toBe('Try: ssh me@bastion');
});

test('the hint of a question of trust is kept, and so is the failure of another jump host', () => {
  const trust = failure('HOST_KEY_CHANGED', 'connect', { host: 'bastion', entry: 'bastion' });
  expect(jumpFailed(JUMP, trust).hint).toBe(trust.hint);
  const other = jumpFailed(makeTarget('other', 22), trust);
  expect(jumpFailed(JUMP, other)).toBe(other);
});
