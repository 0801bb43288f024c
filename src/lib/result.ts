/** Either a value or what went wrong; used wherever a failure is expected, so that nothing needs to throw. */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/** A good result. */
export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

/** A bad result. */
export const err = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error });
