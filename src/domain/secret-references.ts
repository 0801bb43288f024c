import type { SecretReference } from './secret.ts';
import type { Inventory } from './target.ts';

/** Every secret that an inventory names, wherever it stands; one that many agents share is there for each of them. */
export function secretReferences({
  registries,
  targets,
  marathon,
}: Pick<Inventory, 'registries' | 'targets' | 'marathon'>): readonly SecretReference[] {
  return [
    ...registries.map(({ password }) => password),
    ...(marathon.token === null ? [] : [marathon.token]),
    ...targets.flatMap(({ ssh, become }) => [ssh.password, become.password]).filter((it) => it !== null),
  ];
}
