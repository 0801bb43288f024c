import { expect, test } from 'vitest';
import { becomePassword, becomeWay } from '../../src/domain/become.ts';
import type { BecomeSpec } from '../../src/domain/target.ts';
import { target } from '../support/fleet-samples.ts';
import { sshSpec } from '../support/ssh-target.ts';

const PASSWORD = { kind: 'env', name: 'SUDO_PASSWORD' } as const;

test.each([
  ['root', 'auto', 'none', null],
  ['ops', 'auto', 'sudo', PASSWORD],
  ['root', 'sudo', 'sudo', PASSWORD],
  ['ops', 'sudo', 'sudo', PASSWORD],
  ['ops', 'none', 'none', null],
  // It asks on a terminal only.
  ['ops', 'doas', 'doas', null],
] as const)('%s with method %s needs %s, and the password %j', (user, method, way, password) => {
  const become: BecomeSpec = { method, password: PASSWORD };
  const agent = target('a1', { become, ssh: sshSpec('a1', { user }) });
  expect([becomeWay(agent), becomePassword(agent)]).toEqual([way, password]);
});
