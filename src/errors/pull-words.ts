/** Values that the words may name. */
type Values = Readonly<Record<string, string | number>>;

const HINTS: Readonly<Record<string, string>> = {
  unauthorized:
    'node-prep run puts the present credential there. It was tried on one agent only, so that the account is not locked.',
  denied: "Check the image's name, and that this user may pull it.",
  'not-found': "Check the image's name and tag. Some registries say so too of what a user may not see.",
  unreachable:
    'From the agent, try: curl -v https://{registry}/v2/. Where only the Docker daemon has a proxy, or may go without TLS, prove it with --pull.',
  tls: "Put the registry's CA into /etc/docker/certs.d/{registry}/ca.crt on the agent. Where only the Docker daemon may go without TLS, prove it with --pull.",
  unknown: "See the detail: docker's own words.",
};

/** What to do about CREDENTIAL_UNPROVEN, by who wanted the proof. */
export const UNPROVEN: Readonly<Record<string, string>> = {
  login:
    'See the detail and log in by hand there. Where Docker is older than 17.07, install curl or a newer Docker; or set proof: once for this registry.',
  check: 'Install curl on the agent where it is missing. With --pull docker itself asks for the image.',
  enough: 'Mend the agents whose credential was refused (node-prep run), and check again.',
};

/** What a registry did not give, in words: an image, or anything at all. */
export function pullMessage({ registry, image, host, reason }: Values): string {
  return image === ''
    ? `${registry} gives nothing for what the archive on ${host} holds: ${reason}.`
    : `${registry} does not give ${image} for what the archive on ${host} holds: ${reason}.`;
}

/** What to do about it, by its kind. */
export function pullHint({ kind, registry, image }: Values): string {
  const hint = HINTS[String(kind)] ?? HINTS.unknown ?? '';
  return hint.replaceAll('{registry}', String(registry)).replaceAll('{image}', String(image));
}
