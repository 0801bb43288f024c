import type { Secret } from '../domain/secret.ts';
import { type Asker, ask } from './ask.ts';
import { type CurlRequest, isLoopback } from './curl-config.ts';
import type { HttpAnswer } from './http-answer.ts';
import type { LoginVerdict } from './verdict.ts';

/** What is shown at a registry's door, and what is asked for behind it. */
export interface Caller extends Asker {
  /** Null for nobody in particular. */
  readonly user: { readonly username: string; readonly password: Secret } | null;
  /** An identity token, shown in place of the password. */
  readonly identity?: Secret;
  /** Null: only whether the door opens. */
  readonly image: { readonly repository: string; readonly reference: string } | null;
  readonly proven: () => LoginVerdict;
  /** What a 404 for the image means. */
  readonly notFound?: (said: Uint8Array) => LoginVerdict;
}

/** What pulls take (distribution spec and OCI image spec): one image, or a list of them by platform. */
const MANIFESTS = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
  'application/json',
] as const;

/** `no` is what a 401 means there: the credential is wrong, or it is good for something else. */
export function goIn(
  caller: Caller,
  door: URL,
  shown: Pick<CurlRequest, 'user' | 'bearer'>,
  no: 'refused' | 'denied',
): LoginVerdict {
  const { image } = caller;
  const url = image === null ? door : new URL(`${image.repository}/manifests/${image.reference}`, door);
  const more = image === null ? {} : { head: true, accept: MANIFESTS };
  const attempt = ask(
    caller,
    { url, insecure: isLoopback(url), ...more, ...shown },
    { answered: (http) => (http.status === 200 ? caller.proven() : notLetIn(caller, http, no)) },
  );
  return { kind: 'again', attempt };
}

/** What it means that a registry, or its token server, says no. */
export function notLetIn(
  { verdicts, image, notFound }: Caller,
  http: HttpAnswer,
  no: 'refused' | 'denied',
): LoginVerdict {
  if (http.status === 429) return verdicts.rateLimited(said(http));
  if (http.status === 404 && image !== null && notFound !== undefined) return notFound(said(http));
  if (http.status === 403 || (http.status === 401 && no === 'denied')) return verdicts.denied(said(http));
  if (http.status === 401) return verdicts.refused(said(http));
  if (http.status >= 500) return verdicts.failed('REGISTRY_UNREACHABLE', {}, said(http));
  return verdicts.suspect(
    'the registry answered the login in an unknown way, which may be a refusal',
    said(http),
  );
}

const said = ({ words }: HttpAnswer) => Buffer.from(words);
