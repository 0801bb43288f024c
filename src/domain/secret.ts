import { inspect } from 'node:util';

/** How the inventory names a secret. A reference is safe to print; the secret itself never is. */
export type SecretReference =
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'exec'; readonly argv: readonly string[] }
  | { readonly kind: 'prompt'; readonly text: string };

/** One key per reference, so that a secret that many agents share is read once. */
export function referenceKey(reference: SecretReference): string {
  return JSON.stringify(reference);
}

/** A secret's text. It prints, serialises and inspects as `[secret]`; only `reveal()` gives it away. */
export class Secret {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  /** The text itself, for the few places that send or pack it. Never log what this returns. */
  reveal(): string {
    return this.#text;
  }
  toString(): string {
    return '[secret]';
  }
  toJSON(): string {
    return '[secret]';
  }
  [inspect.custom](): string {
    return '[secret]';
  }
}
