import type { IdentityCallback, ParsedKey, SignCallback, SigningRequestOptions } from 'ssh2';
import ssh2 from 'ssh2';
import type { SshAgent } from './agent.ts';

/** ssh2's view of the ssh-agent: one key, which has its turn like a key from a file. */
export class OneKeyAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: SshAgent;
  readonly #key: ParsedKey;
  constructor(agent: SshAgent, key: ParsedKey) {
    super();
    this.#agent = agent;
    this.#key = key;
  }
  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    callback(undefined, [this.#key]);
  }
  override sign(
    _key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    const done = typeof options === 'function' ? options : callback;
    const hash = typeof options === 'function' ? undefined : options.hash;
    const known = hash === 'sha256' || hash === 'sha512' ? hash : null;
    void this.#agent
      .sign(this.#key.getPublicSSH(), data, known)
      .then((signed) => (signed.ok ? done?.(undefined, signed.value) : done?.(new Error(signed.error))))
      // ssh2 throws at a signature that makes no sense, and may do so again once the connection is gone.
      .catch((error: Error) => done?.(error))
      .catch(() => undefined);
  }
}
