import type { Secret, SecretReference } from '../domain/secret.ts';
import type { Problem } from '../errors/failure.ts';
import type { Result } from '../lib/result.ts';

/** Where secrets come from. The same reference is read once per run; a Problem never holds the secret. */
export interface SecretSource {
  read(reference: SecretReference): Promise<Result<Secret, Problem>>;
}
