import type { SshSpec, Target } from '../domain/target.ts';
import type { Problem } from '../errors/failure.ts';
import type { Transport } from './transport.ts';

/** A transport for each name that an inventory may give. */
export type Transports = Readonly<Record<SshSpec['transport'], Transport>>;

/** One transport of all of them: each target goes by the one that it names. */
export function createTransport(transports: Transports): Transport {
  return {
    async prepare(targets) {
      const byName = new Map<SshSpec['transport'], Target[]>();
      for (const target of targets) {
        const same = byName.get(target.ssh.transport);
        if (same === undefined) byName.set(target.ssh.transport, [target]);
        else same.push(target);
      }
      const problems: Problem[] = [];
      // One after the other: each may ask the operator something.
      for (const [name, same] of byName) problems.push(...(await transports[name].prepare(same)));
      return problems;
    },
    connect: (target, options) => transports[target.ssh.transport].connect(target, options),
    async close() {
      await Promise.all([transports.ssh2.close(), transports.openssh.close(), transports.local.close()]);
    },
  };
}
