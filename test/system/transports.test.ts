import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOpensshTransport } from '../../src/transports/openssh/transport.ts';
import { createSsh2Transport } from '../../src/transports/ssh2/transport.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { networkContract, QUICK_SHELL, writtenTarget } from '../support/network-contract.ts';
import { startSshd } from '../support/sshd.ts';
import { commandContract } from '../support/transport-contract.ts';
import { describeSystem } from './support/parts.ts';

const openssh = () =>
  createOpensshTransport({
    temporary: tmpdir(),
    // No key but those that a test names.
    childEnv: () => ({ ...process.env, SSH_AUTH_SOCK: undefined }),
    kill: (pid, signal) => void process.kill(pid, signal),
  });
const ssh2 = () => createSsh2Transport({ agentSocket: null });

/** A transport, and a real sshd for it. */
async function reach(transport: Transport) {
  const sshd = await startSshd(['ed25519'], [QUICK_SHELL]);
  const key = await sshd.authorize('user', ['-t', 'ed25519']);
  const known = join(sshd.folder, 'known');
  await writeFile(known, `${await sshd.knownHostsLine('ed25519')}\n`);
  return {
    transport,
    target: writtenTarget(sshd.host, sshd.port, { identityFiles: [key], knownHosts: [known] }),
    at: (name: string) => join(sshd.folder, name),
    async close() {
      await transport.close();
      await sshd.stop();
    },
  };
}

describeSystem('the contract of transports, against a real sshd', () => {
  commandContract('ssh2', { namesSignals: true }, () => reach(ssh2()));
  networkContract('ssh2', ssh2);
  commandContract('openssh', { namesSignals: false }, () => reach(openssh()));
  networkContract('openssh', openssh);
});
