#!/bin/sh
# setup.sh: installs from Debian's packages what the system and local tests need and this machine lacks, as root.
# Starts nothing: while it installs, Debian's policy-rc.d forbids packages to start their services.
set -eu

missing=
need() {
	[ -x "$2" ] || missing="$missing $1"
}
need openssh-server /usr/sbin/sshd
need openssh-client /usr/bin/ssh-keygen
need dropbear-bin /usr/sbin/dropbear
need docker.io /usr/sbin/dockerd
need docker.io /usr/bin/docker
need docker-registry /usr/bin/docker-registry
need apache2-utils /usr/bin/htpasswd
need sudo /usr/bin/sudo
need opendoas /usr/bin/doas
need bash /bin/bash
need dash /bin/dash
need zsh /bin/zsh
need fish /usr/bin/fish
need tcsh /usr/bin/tcsh
need busybox /bin/busybox
need iproute2 /sbin/ip
need procps /bin/ps
need curl /usr/bin/curl
need openssl /usr/bin/openssl
need shellcheck /usr/bin/shellcheck
need libxml2-utils /usr/bin/xmllint
# For the benches alone.
need python3 /usr/bin/python3
need pdsh /usr/bin/pdsh
need clustershell /usr/bin/clush

if [ -z "$missing" ]; then
	echo "system parts: all installed"
	exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
	echo "system parts: missing:$missing; run this as root (sudo npm run test:setup)" >&2
	exit 1
fi
command -v apt-get >/dev/null || {
	echo "system parts: missing:$missing; only Debian's apt-get is known here" >&2
	exit 1
}

policy=/usr/sbin/policy-rc.d
kept=
restore() {
	rm -f "$policy"
	[ -z "$kept" ] || mv "$kept" "$policy"
}
trap restore EXIT
trap 'exit 1' HUP INT TERM
if [ -e "$policy" ]; then
	kept=$policy.before-node-prep
	mv "$policy" "$kept"
fi
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"

echo "system parts: installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086 # the list is meant to be split
apt-get install -q -y --no-install-recommends $missing
# From Debian 13 on the command is a package of its own.
[ -x /usr/bin/docker ] || apt-get install -q -y --no-install-recommends docker-cli
echo "system parts: installed$missing"
