import { expect, test } from 'vitest';
import { failure } from '../../src/errors/failure.ts';
import { err } from '../../src/lib/result.ts';
import { createTransport } from '../../src/transports/by-name.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { makeTarget } from '../support/ssh-target.ts';

/** Notes what it is asked, by its name. */
function noting(seen: string[]) {
  const named = (name: string): Transport => ({
    async prepare(targets) {
      seen.push(`${name} prepares ${targets.map((it) => it.name).join(' ')}`);
      return [{ code: name, message: '', hint: '' }];
    },
    async connect(target) {
      seen.push(`${name} connects ${target.name}`);
      return err({ failure: failure('INTERNAL', 'connect'), passwordRefused: false });
    },
    async close() {
      seen.push(`${name} closes`);
    },
  });
  return createTransport({ ssh2: named('ssh2'), openssh: named('openssh'), local: named('local') });
}
const target = (name: string, transport: 'ssh2' | 'openssh' | 'local') => ({
  ...makeTarget('host', 22, { transport }),
  name,
});

test('each target goes by the transport that it names; only those that are named get ready; all are closed', async () => {
  const seen: string[] = [];
  const it = noting(seen);
  const targets = [target('a', 'local'), target('b', 'ssh2'), target('c', 'local')];
  const problems = await it.prepare(targets);
  expect(problems.map(({ code }) => code)).toEqual(['local', 'ssh2']);
  const options = { password: null, ahead: null, signal: new AbortController().signal };
  for (const one of [...targets, target('d', 'openssh')]) await it.connect(one, options);
  await it.close();
  expect(seen).toEqual([
    ...['local prepares a c', 'ssh2 prepares b'],
    ...['local connects a', 'ssh2 connects b', 'local connects c', 'openssh connects d'],
    ...['ssh2 closes', 'openssh closes', 'local closes'],
  ]);
});
