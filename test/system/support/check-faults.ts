import { gzipSync } from 'node:zlib';
import type { FailureCode } from '../../../src/errors/catalogue.ts';
import type { AgentOptions } from './agent-files.ts';
import { ARCHIVE, authOf } from './archives.ts';
import { withDockerThat, withNewDocker, withOldDocker } from './special.ts';

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

const told = (auths: object) =>
  `printf %s '${JSON.stringify({ auths }).replaceAll('REGISTRY', '\'"$REGISTRY"\'')}'`;
const auths = (more: object) => `${told(more)} | pack`;
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

// Docker would use these, were it asked as whoever logs in: the check must go by the archive, whatever they hold.
const OWN_LOGIN = '/srv/login';
const ownLogin = (password: string) =>
  `mkdir ${OWN_LOGIN} && ${told(entry(password))} >${OWN_LOGIN}/config.json && cp ${OWN_LOGIN}/config.json /root/.docker/
printf "export DOCKER_CONFIG=${OWN_LOGIN} DOCKER_AUTH_CONFIG='%s'\\n" "$(cat ${OWN_LOGIN}/config.json)" >>/root/.bashrc`;
// Health checks keep the environment: so this one tells that the login does export it.
const EXPORTED = checks(`[ "$DOCKER_CONFIG" = ${OWN_LOGIN} ] && [ -n "$DOCKER_AUTH_CONFIG" ]`);

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
  'empty-entry': {
    codes: ['ARCHIVE_INVALID', 'PULL_DENIED'],
    plant: auths({ REGISTRY: {} }),
    says: /holds no usable credential/,
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
  'hidden-by-login': {
    codes: ['ARCHIVE_STALE', 'PULL_DENIED'],
    agent: withNewDocker(),
    plant: `${auths(entry('older'))} && ${ownLogin('good')}`,
    entry: EXPORTED,
    says: /unauthorized/,
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
  'ps-hangs': {
    codes: ['CHECK_TIMED_OUT'],
    agent: withDockerThat('ps', 'sleep 1000'),
    entry: checks('docker ps -a', '1s'),
  },
  'no-curl': { codes: ['CREDENTIAL_UNPROVEN'], plant: 'mount --bind /dev/null /usr/bin/curl' },
};

/** Agents that are as they should be, each in its own way: no finding may come of them. */
export const CLEAN: Readonly<Record<string, Fault>> = {
  'clean-1': { codes: [] },
  // What a killed install left is told, and fails nothing.
  'left-over': { codes: [], plant: 'echo half >/etc/.docker.tar.gz.node-prep.77' },
  'clean-2': { codes: [] },
  'no-own-login': { codes: [], plant: 'echo "{}" >/root/.docker/config.json' },
  'spoilt-login': {
    codes: [],
    agent: withNewDocker(),
    plant: ownLogin('no longer good'),
    entry: EXPORTED,
  },
  'old-docker': { codes: [], agent: withOldDocker },
  'slow-docker': { codes: [], agent: withDockerThat('ps', 'sleep 1; exec /usr/bin/docker "$@"') },
};
