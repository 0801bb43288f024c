# node-prep.sh: everything that node-prep ever runs on an agent, in one file for the reviewer.
#
# It arrives on standard input of one SSH exec and is evaluated by /bin/sh (see compose.ts), so it is in no
# argument list and no file. Then it reads verbs from the same standard input, a line each, followed by the
# bytes of their arguments, and answers in lines that begin with the token of this conversation. Everything
# else on standard output is noise. End of input means: stop, clean up.
#
# POSIX sh and POSIX tools only; works in dash, bash, busybox ash. The operator's side strips comments and
# indentation before sending. No text from the inventory is ever evaluated, but for the check commands, which
# are the operator's own and run by `/bin/sh -c` exactly as written.

umask 077
LC_ALL=C
export LC_ALL
# The folders that a non-login shell tends to lack: sbin, /usr/local, CoreOS's /opt/bin, snap's.
PATH="${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin:/snap/bin"
export PATH
# Whatever the login brought along must not redirect docker, nor feed it another credential.
unset DOCKER_CONFIG DOCKER_AUTH_CONFIG DOCKER_HOST DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH
unset ENV BASH_ENV CDPATH TMPDIR
set -f

work= spare= temp= lock= life= token=

# --- answers -----------------------------------------------------------------------------------------------

# One answer line. The line break before it keeps it apart from a profile's unfinished line.
reply() {
	printf '\n%s %s\n' "$token" "$*" || leave 1
}

# text NAME < BYTES: bytes of any kind, as hexadecimal digits, sixteen bytes a line.
text() {
	od -An -v -tx1 | tr -d ' \t' | sed "s/^/$token text $1 /"
}

# --- the end -----------------------------------------------------------------------------------------------

# leave CODE: stops whatever still runs, undoes what is half done, leaves nothing behind.
leave() {
	trap '' HUP INT TERM PIPE
	trap - EXIT
	set +f
	for pid in "$work"/*.pid; do
		[ -s "$pid" ] && stop "$(cat "$pid")"
	done
	set -f
	[ -z "$temp" ] || rm -f "$temp"
	[ -z "$lock" ] || rm -f "$lock"
	[ -z "$spare" ] || rm -rf "$spare"
	[ -z "$work" ] || rm -rf "$work"
	[ -z "$life" ] || kill "$life" 2>/dev/null
	exit "$1"
}

# stop PID: ends a child and all that it started, at once.
stop() {
	[ -z "$apart" ] || kill -s KILL -- "-$1" 2>/dev/null
	kill -s KILL "$1" 2>/dev/null
}

# pause SECONDS: a sleep that ends with the subshell that waits for it.
pause() {
	sleep "$1" &
	nap=$!
	trap 'kill $nap 2>/dev/null; exit 0' TERM
	wait "$nap"
}

# --- children ----------------------------------------------------------------------------------------------

# limited SECONDS NAME COMMAND...: runs the command with $feed as its standard input, for SECONDS at most.
# Sets $code (its exit status) and $timed (yes or no); its output is in $work/NAME. Every second of waiting
# says so to the operator's side: where nobody reads that any more, the tool is gone, and the child is stopped.
limited() {
	seconds=$1 out=$work/$2
	shift 2
	printf '%s' "$feed" | $apart "$@" >"$out" 2>&1 &
	child=$!
	feed=
	printf '%s' "$child" >"$out.pid"
	(
		trap '' PIPE
		left=$seconds
		while [ "$left" -gt 0 ]; do
			pause 1
			left=$((left - 1))
			printf '\n%s wait\n' "$token" || left=0
		done
		: >"$out.late"
		stop "$child"
	) 2>/dev/null </dev/null &
	guard=$!
	wait "$child"
	code=$?
	kill "$guard" 2>/dev/null
	wait "$guard" 2>/dev/null
	# What the command left running in the background goes with it.
	[ -z "$apart" ] || kill -s KILL -- "-$child" 2>/dev/null
	rm -f "$out.pid"
	timed=no
	[ ! -e "$out.late" ] || timed=yes
}

# --- input -------------------------------------------------------------------------------------------------

# take LENGTH: the next bytes of standard input, as text, into $taken. The full stop keeps final line breaks.
take() {
	taken=$(dd bs=1 count="$1" 2>/dev/null; echo .)
	taken=${taken%.}
	[ "${#taken}" -eq "$1" ] || leave 1
}

# take_file LENGTH FILE: the next bytes of standard input, of any kind, into a file. One read may return less
# than asked for; asking for no more than what is missing never takes too much.
take_file() {
	: >"$2"
	have=0
	while [ "$have" -lt "$1" ]; do
		dd bs=$(($1 - have)) count=1 2>/dev/null >>"$2"
		now=$(($(wc -c <"$2")))
		[ "$now" -gt "$have" ] || leave 1
		have=$now
	done
}

# --- verb: docker SECONDS ----------------------------------------------------------------------------------
# Is there a Docker CLI, and which? Changes nothing.
verb_docker() {
	docker=$(command -v docker) || docker=
	if [ -n "$docker" ]; then
		printf '%s' "$docker" | text path
		limited "$1" version docker --version
		reply field code "$code"
		reply field timed "$timed"
		tail -c 1000 "$work/version" | text output
	fi
	curl=no
	command -v curl >/dev/null && curl=yes
	reply field curl "$curl"
}

# --- verb: login SECONDS USER-LENGTH SERVER-LENGTH SECRET-LENGTH --------------------------------------------
# docker login into a private folder. Changes nothing on the agent: the folder goes when the verb ends.
verb_login() {
	take "$2"
	user=$taken
	take "$3"
	server=$taken
	take "$4"
	secret=$taken
	taken=
	config=$work/config
	case $(command -v docker) in
	/snap/*)
		# A snap is confined: it sees neither /tmp nor /run nor hidden folders, but always its own common folder.
		common=/var/snap/docker/common
		[ -w "$common" ] || common=$HOME/snap/docker/common
		mkdir -p "$common"
		spare=$(mktemp -d "$common/node-prep.$$.XXXXXX") || spare=$work/config
		config=$spare
		;;
	esac
	mkdir -p "$config"
	# A config without any entry would let docker pick a credential helper by itself, silently (docker/cli,
	# cli/config/config.go: DetectDefaultStore only if !ContainsAuth). docker keeps the mode of a file that is there.
	printf '%s' '{"auths":{"node-prep.invalid":{}}}' >"$config/config.json"
	feed=$secret secret=
	if [ -n "$server" ]; then
		limited "$1" login docker --config "$config" login --username "$user" --password-stdin "$server"
	else
		limited "$1" login docker --config "$config" login --username "$user" --password-stdin
	fi
	reply field code "$code"
	reply field timed "$timed"
	tail -c 4000 "$work/login" | text output
	if [ "$code" -eq 0 ]; then
		dd if="$config/config.json" bs=65536 count=1 2>/dev/null | text stored
	fi
	rm -rf "$config" "$work/login"
	spare=
}

# --- verb: ask SECONDS CONFIG-LENGTH REGISTRY-LENGTH --------------------------------------------------------
# One HTTPS request by the agent's curl, told by its standard input. Changes nothing.
verb_ask() {
	take "$2"
	feed=$taken
	take "$3"
	registry=$taken
	taken=
	if [ -r "/etc/docker/certs.d/$registry/ca.crt" ]; then
		limited "$1" ask curl -q -K - --cacert "/etc/docker/certs.d/$registry/ca.crt"
	else
		limited "$1" ask curl -q -K -
	fi
	reply field code "$code"
	reply field timed "$timed"
	dd if="$work/ask" bs=65536 count=1 2>/dev/null | text output
	rm -f "$work/ask"
}

# --- verb: look PATH-LENGTH LIMIT ---------------------------------------------------------------------------
# What lies at the archive's path: its kind, owner, mode, sum, and the bytes, if not more than LIMIT.
verb_look() {
	take "$1"
	path=$taken
	describe "$path"
	[ "$kind" != file ] || [ "$size" -gt "$2" ] || text bytes <"$path"
}

# describe PATH: answers with what lies there; sets $kind, $sum and $size.
describe() {
	sum=absent size=0
	if [ -L "$1" ]; then
		kind=link
	elif [ -d "$1" ]; then
		kind=folder
	elif [ -f "$1" ]; then
		kind=file
		sum=$(cksum <"$1" 2>/dev/null | tr ' ' :)
		size=$(($(wc -c <"$1")))
	elif [ -e "$1" ]; then
		kind=other
	elif [ ! -d "${1%/*}/" ]; then
		kind=nowhere
	else
		kind=absent
	fi
	reply field kind "$kind"
	reply field sum "$sum"
	reply field size "$size"
	if [ "$kind" != absent ] && [ "$kind" != nowhere ]; then
		attributes "$1" ls -ld
		reply field mode "$1"
		reply field owner "$2"
		reply field group "$3"
	fi
}

# --- verb: install MODE EXPECTED OWNER-LENGTH GROUP-LENGTH PATH-LENGTH HOLDER-LENGTH ARCHIVE-LENGTH ----------
# Puts the archive at its path: whole or not at all. EXPECTED is the sum of what the operator's side has judged;
# where something else lies there by now, nothing is done, and the operator's side looks again.
verb_install() {
	mode=$1 expected=$2
	take "$3"
	owner=$taken
	take "$4"
	group=$taken
	take "$5"
	path=$taken
	take "$6"
	holder=$taken
	take_file "$7" "$work/archive"
	previous=$path.previous
	folder=${path%/*}/
	hidden=$folder.${path##*/}.node-prep
	install_steps
	[ -z "$temp" ] || rm -f "$temp"
	temp=
	[ -z "$lock" ] || rm -f "$lock"
	lock=
	reply field result "$result"
	[ ! -s "$work/trouble" ] || tail -c 1000 "$work/trouble" | text trouble
	describe "$path"
	[ "$kind" != file ] || [ "$size" -gt 65536 ] || text bytes <"$path"
	[ "$kind" != file ] || fits "$path" || reply field fits no
	rm -f "$work/archive" "$work/trouble"
}

install_steps() {
	# The new archive in the work folder has its final owner and mode first: what is there is compared with it.
	result=owner
	: >"$work/trouble"
	chown "$owner:$group" "$work/archive" 2>>"$work/trouble" || return
	chmod "$mode" "$work/archive" 2>>"$work/trouble" || return
	result=unchanged
	same "$path" && fits "$path" && return
	result=path
	usable "$path" || return
	usable "$previous" || return
	result=busy
	seize || return
	set +f
	rm -f "$hidden".*
	set -f
	result=moved
	now=absent
	[ ! -f "$path" ] || now=$(cksum <"$path" 2>/dev/null | tr ' ' :)
	[ "$now" = "$expected" ] || return
	result=write
	if [ -f "$path" ] && ! same "$path"; then
		temp=$hidden.previous.$$
		write "$path" && mv -f "$temp" "$previous" 2>>"$work/trouble" || return
	fi
	temp=$hidden.new.$$
	write "$work/archive" || return
	usable "$path" || return
	# rename(2) within one folder: whoever opens the path gets the old archive or the new one, never a part.
	mv -f "$temp" "$path" 2>>"$work/trouble" || return
	# Makes the rename last through a power cut; where sync takes no argument, it is the file system's to do.
	sync "$folder" 2>/dev/null
	result=changed
}

# write FILE: copies it to $temp, with final owner and mode from the first byte on, and on disk before it is named.
write() {
	: 2>>"$work/trouble" >"$temp" || return 1
	chown "$owner:$group" "$temp" 2>>"$work/trouble" || return 1
	chmod "$mode" "$temp" 2>>"$work/trouble" || return 1
	dd if="$1" of="$temp" bs=65536 conv=fsync 2>"$work/dd" && return
	grep -q -i -e fsync -e conv "$work/dd" && dd if="$1" of="$temp" bs=65536 2>"$work/dd" && sync && return
	cat "$work/dd" >>"$work/trouble"
	return 1
}

# same FILE: does it hold the bytes of the new archive?
same() {
	[ -f "$1" ] && [ ! -L "$1" ] && [ "$(cksum <"$1")" = "$(cksum <"$work/archive")" ]
}

# fits FILE: does it have the owner and mode of the new archive?
fits() {
	attributes "$1" ls -ldn
	wanted=$found
	attributes "$work/archive" ls -ldn
	[ "$found" = "$wanted" ]
}

# attributes FILE LS...: its mode string, owner and group into $1 $2 $3 of the caller's reading: $found.
attributes() {
	file=$1
	shift
	set -- $("$@" "$file" 2>/dev/null)
	found="$(printf '%.10s' "$1") $3 $4"
}

# usable PATH: nothing there, or a plain file.
usable() {
	[ -L "$1" ] && echo "$1 is a symbolic link" >>"$work/trouble" && return 1
	[ ! -e "$1" ] || [ -f "$1" ] || {
		echo "$1 is not a plain file" >>"$work/trouble"
		return 1
	}
	[ -d "$folder" ] || {
		echo "$folder does not exist" >>"$work/trouble"
		return 1
	}
}

# seize: takes the lock beside the archive, a symbolic link whose text says whose it is: making one is atomic,
# and it is never there without its text. One whose process is gone is moved aside; should that have caught a
# new one, it is put back. Waits five seconds for a live one.
seize() {
	tries=0
	while :; do
		ln -s "$$ $holder" "$path.lock" 2>"$work/ln" && lock=$path.lock && return
		[ -L "$path.lock" ] || {
			result=write
			cat "$work/ln" >>"$work/trouble"
			return 1
		}
		theirs=$(readlink "$path.lock")
		if [ -n "$theirs" ] && ! kill -s 0 "${theirs%% *}" 2>/dev/null; then
			mv -f "$path.lock" "$hidden.lock.$$" 2>/dev/null
			caught=$(readlink "$hidden.lock.$$")
			[ -z "$caught" ] || [ "$caught" = "$theirs" ] || ln -s "$caught" "$path.lock" 2>/dev/null
			rm -f "$hidden.lock.$$"
		else
			tries=$((tries + 1))
			[ "$tries" -le 5 ] || break
			sleep 1
			reply wait
		fi
	done
	printf '%s' "$theirs" >>"$work/trouble"
	return 1
}

# --- verb: verify COUNT -------------------------------------------------------------------------------------
# The health-check commands, side by side. Changes nothing. A line and its bytes for each:
# SECONDS COMMAND-LENGTH CONTROL-LENGTH NAMES-LENGTH WORDS-LENGTH
verb_verify() {
	index=0
	while [ "$index" -lt "$1" ]; do
		IFS= read -r line || leave 1
		check_arguments $line
		index=$((index + 1))
	done
	wait $checks
	checks=
}

check_arguments() {
	limit=$1
	take "$2"
	command=$taken
	take "$3"
	control=$taken
	take "$4"
	names=$taken
	take "$5"
	words=$taken
	(one_check) &
	checks="$checks $!"
}

# One check, in a subshell: the command; then, where a control is given and both say yes, whether a live process
# of one of the names is there. The answer is one line, short enough to be written whole (PIPE_BUF is at least 512;
# Linux has 4096), because other checks answer at the same time.
one_check() {
	trap 'exit 1' PIPE TERM
	missing=
	for word in $words; do
		command -v "$word" >/dev/null 2>&1 || missing=$missing,$word
	done
	feed=
	limited "$limit" "check$index" /bin/sh -c "$command"
	verdict=$code late=$timed control_code=- alive=-
	if [ -n "$control" ] && [ "$code" -eq 0 ] && [ "$timed" = no ]; then
		limited "$limit" "control$index" /bin/sh -c "$control"
		control_code=$code
		[ "$timed" = no ] || control_code=late
	fi
	[ -z "$names" ] || process_alive "$names"
	said=$(tail -c 600 "$work/check$index" | od -An -v -tx1 | tr -d ' \t\n')
	reply check "$index" "$verdict" "$late" "$control_code" "$alive" "${missing:-,}" "${said:--}"
}

# process_alive NAMES: is there a live process (not a zombie) of one of the names, an extended regular expression?
# Sets $alive to yes, no, or hidden. `docker` alone is a daemon only as `docker daemon` or `docker -d` (before 1.12).
process_alive() {
	alive=no
	if [ ! -r /proc/self/stat ]; then
		alive=hidden
		ps -A -o state= -o comm= >"$work/ps$index" 2>/dev/null || return
		alive=no
		sed -e 's/^ *//' -e '/^[ZX]/d' -e 's/^[^ ]* *//' -e 's,.*/,,' "$work/ps$index" | grep -Eqx -e "$1" && alive=yes
		return
	fi
	set +f
	hits=$(grep -Els -e "^[0-9]+ [(]($1)[)] [^ZX]" /proc/[0-9]*/stat)
	set -f
	for hit in $hits; do
		case $(tr '\0' ' ' <"${hit%stat}cmdline" 2>/dev/null) in
		docker\ daemon* | docker\ -d* | */docker\ daemon* | */docker\ -d*) alive=yes ;;
		docker\ * | */docker\ *) ;;
		*) alive=yes ;;
		esac
	done
	[ "$alive" = yes ] || [ -r /proc/1/stat ] || alive=hidden
}

# --- start --------------------------------------------------------------------------------------------------

# workplace: a private folder where there is room, best in memory, removed on every exit.
workplace() {
	for base in /run /dev/shm /tmp /var/tmp "${HOME:-/}"; do
		[ -d "$base" ] && [ -w "$base" ] || continue
		set +f
		for old in "$base"/node-prep.*.??????; do
			# What a killed one left: its process number is in the name.
			pid=${old#"$base"/node-prep.}
			[ -d "$old" ] && [ ! -L "$old" ] && ! kill -s 0 "${pid%%.*}" 2>/dev/null && rm -rf "$old"
		done
		set -f
		work=$(mktemp -d "$base/node-prep.$$.XXXXXX" 2>/dev/null) || continue
		dd if=/dev/zero of="$work/room" bs=65536 count=4 2>/dev/null && rm -f "$work/room" && return
		rm -rf "$work"
		work=
	done
}

start() {
	IFS= read -r line || exit 1
	set -- $line
	token=$1
	missing=
	for tool in dd od tr sed tail wc cksum mktemp mkdir rm mv ln ls cat chown chmod sleep ps grep kill readlink; do
		command -v "$tool" >/dev/null 2>&1 || missing=$missing,$tool
	done
	# A secret may only go through a printf that is part of the shell: a program's arguments can be seen.
	[ "$(command -v printf)" = printf ] || missing=$missing,printf
	apart=
	command -v setsid >/dev/null 2>&1 && apart=setsid
	trap 'leave 1' HUP INT TERM PIPE
	trap 'leave 1' EXIT
	[ -n "$missing" ] || workplace
	# Should the tool's machine vanish without a word, this conversation ends by itself.
	(
		pause "$2"
		kill -s TERM $$
	) >/dev/null 2>&1 </dev/null &
	life=$!
	reply field user "$(id -u)"
	reply field missing "${missing:-none}"
	reply field work "${work:-none}"
	reply "done" hello
}

checks= feed=
start
while IFS= read -r line; do
	set -- $line
	verb=$1
	shift
	case $verb in
	docker | login | ask | look | install | verify) "verb_$verb" "$@" ;;
	*) leave 1 ;;
	esac
	reply "done" "$verb"
done
leave 0
