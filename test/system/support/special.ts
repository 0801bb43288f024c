import { existsSync, readFileSync } from 'node:fs';
import type { AgentOptions } from './agent-files.ts';
import { script } from './base.ts';

/** A newer Docker CLI than Debian's, where this machine has one outside of its packages. */
const NEW_DOCKER = '/usr/local/bin/docker';

/** An agent with the newer Docker CLI first in its PATH; a healthy one where this machine has none. */
export function withNewDocker(): AgentOptions {
  if (!existsSync(NEW_DOCKER)) return {};
  return { files: { [NEW_DOCKER]: { text: readFileSync(NEW_DOCKER), mode: 0o755 } } };
}

/** An agent on which a credential helper waits in PATH to take every password into a keyring. */
export const withCredentialHelper: AgentOptions = {
  files: {
    // docker asks for secretservice; and for pass, where a `pass` is in PATH, too.
    '/usr/local/bin/docker-credential-secretservice': script('cat >>/var/tmp/swallowed; exit 0'),
    '/usr/local/bin/docker-credential-pass': script('cat >>/var/tmp/swallowed; exit 0'),
    '/usr/local/bin/pass': script('exit 0'),
  },
};

/** Where the counting docker writes a line for each of its starts. */
export const DOCKER_STARTS = '/var/log/docker-starts';

/** An agent whose docker writes down how it was started, then is the real one. */
export const withCountedDocker: AgentOptions = {
  files: { '/usr/local/bin/docker': script(`echo "$*" >>${DOCKER_STARTS}\nexec /usr/bin/docker "$@"`) },
};

/** A stand-in for Docker 1.13 (the last common one that cannot read a password from its standard input). */
export const withOldDocker: AgentOptions = {
  files: {
    '/usr/local/bin/docker': script(`case "$*" in
--version) echo "Docker version 1.13.1, build 092cba3" ;;
*--password-stdin*) echo "unknown flag: --password-stdin" >&2; exit 125 ;;
*) exec /usr/bin/docker "$@" ;;
esac`),
  },
};

/**
 * A stand-in for Docker from a snap: confined, it sees neither /tmp, /run, /dev/shm nor hidden folders, and its
 * HOME is its own.
 */
export const withSnapDocker: AgentOptions = {
  setup: 'rm /usr/bin/docker; mkdir -p /var/snap/docker/common',
  files: {
    '/usr/lib/docker-of-the-snap': {
      text: existsSync('/usr/bin/docker') ? readFileSync('/usr/bin/docker') : '',
      mode: 0o755,
    },
    '/snap/bin/docker': script(`previous=
for word; do
  case $previous$word in
  --config/tmp/* | --config/run/* | --config/dev/* | --config*/.*) echo "snap: $word: permission denied" >&2; exit 1 ;;
  esac
  previous=; [ "$word" != --config ] || previous=--config
done
exec /usr/lib/docker-of-the-snap "$@"`),
  },
};

/** A stand-in for podman's docker. */
export const withPodman: AgentOptions = {
  files: {
    '/usr/local/bin/docker': script(`case "$*" in
--version) echo "podman version 4.3.1" ;;
*) echo "Emulate Docker CLI using podman." >&2; cat >>/var/tmp/swallowed; exit 0 ;;
esac`),
  },
};

/** An agent whose only daemon is rootless, as a user's own is: it runs, but its socket is not the system's. */
export const withRootlessDocker: AgentOptions = {
  setup: `own=/run/user/1000; mkdir -p $own; chmod 700 $own; : >$own/docker.sock
mount --bind /run/docker.sock $own/docker.sock; umount /run/docker.sock; rm /run/docker.sock`,
};

/** An agent whose docker is the real one but for commands that begin with a word; those run a script instead. */
export function withDockerThat(word: string, instead: string): AgentOptions {
  const real = 'exec /usr/bin/docker "$@"';
  return {
    files: { '/usr/local/bin/docker': script(`case " $* " in\n*" ${word} "*) ${instead} ;;\nesac\n${real}`) },
  };
}
