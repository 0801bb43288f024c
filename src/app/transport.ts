import { Secret } from '../domain/secret.ts';
import { terminalPrompt } from '../secrets/prompt.ts';
import { createTransport } from '../transports/by-name.ts';
import { createLocalTransport } from '../transports/local/transport.ts';
import { createOpensshTransport } from '../transports/openssh/transport.ts';
import { createSsh2Transport } from '../transports/ssh2/transport.ts';
import type { Transport } from '../transports/transport.ts';
import type { World } from './world.ts';

/** Every way to reach an agent, on this machine. Passphrases are asked for where there is a terminal. */
export function transportOf({ env, kill, temporary, stdin, stderr, interruption }: World): Transport {
  // Variables that hold a secret leave the environment before any program is started: see secrets/create.ts.
  const child = { childEnv: () => env, kill };
  const terminal = stdin.isTTY && stderr.isTTY;
  const prompt = terminal ? terminalPrompt({ input: stdin, output: stderr }, interruption.signal) : null;
  const askPassphrase =
    prompt &&
    (async (path: string) => {
      const answer = await prompt(`Passphrase for ${path}`);
      return answer === null ? null : new Secret(answer);
    });
  return createTransport({
    ssh2: createSsh2Transport({ agentSocket: env.SSH_AUTH_SOCK || null, askPassphrase }),
    openssh: createOpensshTransport({ temporary, ...child }),
    local: createLocalTransport(child),
  });
}
