import { gzipSync } from 'node:zlib';
import type { FailureCode } from '../../../src/errors/catalogue.ts';
import type { AgentOptions } from './agent-files.ts';
import { ARCHIVE, authOf } from './archives.ts';
import { withDockerThat, withOldDocker } from './special.ts';

/** One way in which an agent is not as the inventory says. */
export interface Fault {
  readonly codes: readonly FailureCode[];
  /** Run as root on a prepared agent; `$REGISTRY` is the registry's name, and `pack FILE` makes an archive of a config. */
  readonly plant?: string;
  /** How the agent is made. */
  readonly agent?: AgentOptions;
  /** What its entry in the inventory says besides name and host. */
  readonly entry?: object;
  /** What a failure must say. */
  readonly says?: RegExp;
}

const config = (value: object) => `printf %s '${JSON.stringify(value).replace("'", '')}' | pack`;
const auths = (more: object) => `${config({ auths: more }).replaceAll('REGISTRY', '\'"$REGISTRY"\'')}`;
const good = { REGISTRY: { auth: authOf('ci-puller', 'good') } };
const entry = (password: string) => ({ REGISTRY: { auth: authOf('ci-puller', password) } });
const checks = (command: string, timeout = '20s') => ({
  checks: [{ id: 'own', command, expect: 'pass', timeout }],
});
const garbage = gzipSync('no archive').toString('base64');
// As podman's docker speaks, and writes nothing.
const PODMAN = `printf '#!/bin/sh\\necho "Client:       Podman Engine"\\n' >/usr/local/sbin/docker && chmod 755 /usr/local/sbin/docker && rm /usr/bin/docker`;
// A file system of the folder's own, as large as what lies there and a little more.
const MOVED = (options: string) =>
  `mkdir -p /srv/own && mount -t tmpfs -o mode=755,${options} own /srv/own && cp -p ${ARCHIVE} /srv/own/docker.tar.gz`;
const OWN = { archive: { path: '/srv/own/docker.tar.gz' } };

/**
 * Every fault of an archive, and what is around it, each planted on a real agent that `run` has prepared with the
 * password `good`. `pack` reads a config.json.
 */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'no-archive': { codes: ['ARCHIVE_MISSING'], plant: `rm ${ARCHIVE}` },
  truncated: { codes: ['ARCHIVE_INVALID'], plant: `truncate -s 200 ${ARCHIVE}`, says: /whole gzip/ },
  garbage: {
    codes: ['ARCHIVE_INVALID'],
    plant: `echo ${garbage} | base64 -d >${ARCHIVE}`,
    says: /tar archive/,
  },
  'no-dot': {
    codes: ['ARCHIVE_INVALID'],
    plant: `cd /tmp && mkdir docker && echo '{"auths":{}}' >docker/config.json && tar -czf ${ARCHIVE} docker; rm -r docker`,
    says: /without the dot/,
  },
  'creds-store': {
    codes: ['ARCHIVE_INVALID', 'PULL_DENIED'],
    plant: `printf '{"auths":{"%s":{}},"credsStore":"secretservice"}' "$REGISTRY" | pack`,
    says: /secretservice/,
  },
  'cred-helper': {
    codes: ['ARCHIVE_INVALID'],
    plant: `printf '{"auths":{"%s":{"auth":"${authOf('ci-puller', 'good')}"}},"credHelpers":{"%s":"ecr-login"}}' "$REGISTRY" "$REGISTRY" | pack`,
    says: /credential helpers/,
  },
  'no-entry': { codes: ['ARCHIVE_INVALID', 'PULL_DENIED'], plant: auths({}), says: /no entry for/ },
  foreign: {
    codes: ['ARCHIVE_FOREIGN'],
    plant: auths({ ...good, 'other.example.com': { auth: authOf('me', 'mine') } }),
    says: /other\.example\.com/,
  },
  // Another user's, which is as good: the archive works, and is not the inventory's.
  'other-user': {
    codes: ['ARCHIVE_STALE'],
    plant: auths({ REGISTRY: { auth: authOf('other', 'other-password') } }),
  },
  'old-password': {
    codes: ['ARCHIVE_STALE', 'PULL_DENIED'],
    plant: auths(entry('old')),
    says: /unauthorized|refused on/,
  },
  mode: { codes: ['ARCHIVE_MODE'], plant: `chmod 644 ${ARCHIVE}`, says: /-rw-r--r--/ },
  owner: { codes: ['ARCHIVE_MODE'], plant: `chown daemon ${ARCHIVE}`, says: /daemon:root/ },
  link: {
    codes: ['ARCHIVE_PATH_UNUSABLE'],
    plant: `mv ${ARCHIVE} /etc/real && ln -s real ${ARCHIVE}`,
    says: /symbolic link/,
  },
  folder: { codes: ['ARCHIVE_PATH_UNUSABLE'], plant: `rm ${ARCHIVE} && mkdir ${ARCHIVE}`, says: /folder/ },
  full: { codes: ['NO_SPACE'], plant: MOVED('size=64k'), entry: OWN },
  'read-only': {
    codes: ['READ_ONLY'],
    plant: `${MOVED('size=1m')} && mount -o remount,ro /srv/own`,
    entry: OWN,
  },
  'three-faults': {
    codes: ['ARCHIVE_MODE', 'ARCHIVE_STALE', 'PULL_DENIED', 'CHECK_FAILED'],
    plant: `${auths(entry('old'))} && chmod 604 ${ARCHIVE}`,
    entry: checks('false'),
  },
  'daemon-down': { codes: ['DOCKER_DAEMON_DOWN'], agent: { docker: 'down' }, entry: checks('true') },
  'daemon-hangs': { codes: ['DOCKER_TIMED_OUT'], agent: { docker: 'hangs' }, entry: checks('true') },
  'no-docker': { codes: ['DOCKER_MISSING'], plant: 'rm /usr/bin/docker', entry: checks('true') },
  podman: { codes: ['DOCKER_MISSING'], plant: PODMAN, entry: checks('true'), says: /podman/ },
  'check-fails': { codes: ['CHECK_FAILED'], entry: checks('false') },
  'check-hangs': { codes: ['CHECK_TIMED_OUT'], entry: checks('sleep 1000', '1s') },
  'no-curl': { codes: ['CREDENTIAL_UNPROVEN'], plant: 'mount --bind /dev/null /usr/bin/curl' },
};

/** Agents that are as they should be, each in its own way: no finding may come of them. */
export const CLEAN: Readonly<Record<string, Fault>> = {
  'clean-1': { codes: [] },
  // What a killed install left is told, and fails nothing.
  'left-over': { codes: [], plant: 'echo half >/etc/.docker.tar.gz.node-prep.77' },
  'clean-2': { codes: [] },
  // The agent's own login hides nothing and helps nothing, and neither does what its login shell exports.
  'own-login': { codes: [], plant: 'echo "{}" >/root/.docker/config.json' },
  'old-docker': { codes: [], agent: withOldDocker },
  'slow-docker': { codes: [], agent: withDockerThat('ps', 'sleep 1; exec /usr/bin/docker "$@"') },
};
