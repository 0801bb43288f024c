# node-prep.sh: everything that node-prep ever runs on an agent, in one file for the reviewer.
#
# It arrives on standard input of one SSH exec and is evaluated by /bin/sh (see compose.ts), so it is in no
# argument list and no file. Then it reads verbs from the same standard input: a line with the verb and its plain
# arguments, then one line for each argument that may hold anything, in printable ASCII, with every other byte
# (and the backslash) written as \0ooo for printf's %b. So nothing that is read depends on a locale, and reading
# takes exactly its own bytes. Answers are lines that begin with the token of this conversation; everything else on
# standard output is noise. End of input means: stop, clean up.
#
# POSIX sh and tools; works in dash, bash, busybox ash. The operator's side strips comments and
# indentation before sending. No text from the inventory is ever evaluated, but for the check commands, which
# are the operator's own and run by `/bin/sh -c` exactly as written.

# The evaluator looks for this first line: a profile that ate some of the input must not get the rest evaluated.
: node-prep
# Whatever the login brought along must not trace, export or change what follows.
set +aCeuvx -f
umask 077
# shellcheck disable=SC3045 # dash, bash and busybox have -c; no core file may hold a secret
ulimit -c 0 2>/dev/null
unset IFS ENV BASH_ENV CDPATH BLOCK_SIZE BLOCKSIZE LS_BLOCK_SIZE TIME_STYLE GREP_OPTIONS TAR_OPTIONS GZIP
# A variable that came exported would stay so: the ones that hold a secret, or what was just read, start afresh.
unset n c s line token taken feed digits row
LC_ALL=C
# The folders that a non-login shell tends to lack: sbin, /usr/local, CoreOS's /opt/bin, snap's.
PATH="${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin:/snap/bin"
export LC_ALL PATH

newline='
'
work='' spare='' lock='' hidden='' watch='' checks='' before='' reader='' inner='' feed='' docker='' box='' left=''

# --- answers -----------------------------------------------------------------------------------------------

# One answer line, in one write, because the watch and the checks answer too. The line break before it keeps it
# apart from a profile's unfinished line.
reply() {
	printf '\n%s %s\n' "$token" "$*" || leave 1
}

# text NAME LIMIT < BYTES: the first bytes of any kind, as hexadecimal digits, sixteen a line.
text() {
	digits=$(od -An -v -tx1 -N "$2")
	IFS=$newline
	for row in $digits; do
		printf '\n%s text %s %s\n' "$token" "$1" "$row" || leave 1
	done
	unset IFS
}

# --- input -------------------------------------------------------------------------------------------------

# take: the next argument, as it was, into $taken. The full stop keeps line breaks at its end.
take() {
	IFS= read -r taken || leave 1
	case $taken in
	*\\*)
		taken=$(printf '%b.' "$taken")
		taken=${taken%.}
		;;
	esac
}

# --- the end -----------------------------------------------------------------------------------------------

# leave CODE: stops whatever still runs, undoes what is half done, leaves nothing behind. It waits for no child: one
# that hangs in the kernel would hold it up, and bash may have forgotten that a child is dead already, when a signal
# came just then.
leave() {
	[ -z "$inner" ] || exit 1
	trap '' HUP INT TERM PIPE
	trap - EXIT
	set +C
	unset IFS
	unlock
	if [ -n "$watch" ]; then
		printf '' >"$work/open"
		index=0
		for pid in $checks; do
			[ -s "$work/check$index.done" ] || kill "$pid"
			index=$((index + 1))
		done
		stop_jobs
		stop_started
	fi
	if [ -n "$work" ]; then
		# A check that was just being stopped may have put something there meanwhile; what was unpacked may be closed.
		rm -rf "$work" ${spare:+"$spare"} || {
			sleep 1
			chmod -R u+rwx "$work" ${spare:+"$spare"}
			rm -rf "$work" ${spare:+"$spare"}
		}
	fi
	[ -z "$watch" ] || kill "$watch"
	exit "$1"
} 2>/dev/null

# stop PID: ends a child and all that it started, at once. `-` is none.
stop() {
	[ "$1" != - ] || return 0
	kill -s KILL -- "-$1" 2>/dev/null
	kill -s KILL "$1" 2>/dev/null
}

# What was started just now and is not noted yet. A number from before may be another's by now.
stop_started() {
	[ -n "$before" ] || return
	stop "${reader:--}"
	[ "$!" = "$before" ] || stop "$!"
}

# noted FILE: the numbers of a child and of the reader of its output, and the child's seconds.
noted() {
	[ -s "$1" ] && read -r pid other seconds <"$1" && [ -n "$seconds" ]
}

stop_jobs() {
	set +f
	for job in "$work"/*.job; do
		set -f
		noted "$job" || continue
		stop "$pid"
		stop "$other"
	done
	set -f
}

# --- the watch ---------------------------------------------------------------------------------------------

# watch SECONDS: runs beside everything else. Once a second it stops the children that are over their time, and says
# that work goes on (now and then too while there is none): where nobody reads that any more, the operator's side is
# gone, and all ends here. So it does after SECONDS, should the operator's machine vanish without a word.
watch() {
	left=$1 ending=0 main=alive
	trap '' PIPE
	while [ "$ending" -lt 4 ]; do
		# It may outlive the watch, and so must hold nothing open.
		sleep 1 >/dev/null
		left=$((left - 1))
		deadlines
		if [ -s "$work/busy" ] || [ "$((left % 10))" -eq 0 ]; then
			printf '\n%s wait\n' "$token" || left=0
		fi
		if ! kill -s 0 "$$"; then
			# It was killed, and could not clean up. Twice, for what was just being started.
			main=dead ending=$((ending + 2))
			printf '' >"$work/open"
		elif [ ! -s "$work/open" ]; then
			ending=$((ending + 1))
		elif [ "$left" -le 0 ]; then
			ending=$((ending + 1))
			kill -s TERM "$$"
		fi
		[ "$ending" -eq 0 ] || stop_jobs
	done
	[ "$main" = dead ] || kill -s KILL "$$"
	stop_jobs
	[ ! -s "$work/spare" ] || IFS= read -r spare <"$work/spare"
	rm -rf "$work" ${spare:+"$spare"}
} 2>/dev/null

# A child that lives longer than it may is stopped, and so is the reader of its output that does not end.
deadlines() {
	set +f
	for job in "$work"/*.job; do
		set -f
		noted "$job" || continue
		printf . >>"${job%.job}.age"
		age=''
		read -r age <"${job%.job}.age"
		[ "${#age}" -gt "$seconds" ] || continue
		if [ "$pid" = - ]; then
			stop "$other"
		else
			printf late >"${job%.job}.late"
			stop "$pid"
		fi
	done
	set -f
}

# --- children ----------------------------------------------------------------------------------------------

# limited SECONDS NAME KEEP COMMAND...: runs the command with $feed (as it was read) as its standard input, for
# SECONDS at most (one more, at worst). Sets $code, its exit status, and $timed, yes or no. The last KEEP bytes of
# its output are then in $work/NAME: the output goes through a pipe, so that a flood fills nothing up. With KEEP 0
# nobody listens.
limited() {
	seconds=$1 out=$work/$2 keep=$3 pipe=/dev/null reader=''
	shift 3
	printf '' >"$out.late"
	printf '' >"$out.age"
	before=$!
	if [ "$keep" -gt 0 ]; then
		pipe=$out.pipe
		[ -z "$spare" ] || [ "$1" != "$docker" ] || pipe=$spare/main.pipe
		[ -p "$pipe" ] || pipes main check0 check1 check2
	fi
	# With the pipe open both ways here, neither end has to wait for the other, which may never come.
	{
		if [ "$keep" -gt 0 ]; then
			tail -c "$keep" <"$pipe" >"$out" 3>&- &
			reader=$!
		fi
		[ -z "$monitor" ] || set -m
		if [ -n "$feed" ]; then
			printf '%b' "$feed" 3>&- | run "$@" >"$pipe" 2>&1 3>&- &
		else
			run "$@" </dev/null >"$pipe" 2>&1 3>&- &
		fi
		child=$!
		[ -z "$monitor" ] || set +m
	} 3<>"$pipe" || leave 1
	feed=''
	[ -n "$proc" ] || printf '%s %s %s\n' "$child" "${reader:--}" "$seconds" >"$out.job" || stop "$child"
	wait "$child" 2>/dev/null
	code=$?
	# What the command left running in the background goes with it; what escaped even so may not hold us up.
	kill -s KILL -- "-$child" 2>/dev/null
	if [ -n "$reader" ]; then
		printf '' >"$out.age"
		printf '%s\n' "- $reader 1" >"$out.job"
		wait "$reader" 2>/dev/null
		reader=''
	fi
	printf '' >"$out.job"
	before=''
	timed=no
	[ ! -s "$out.late" ] || timed=yes
}

# pipes NAME...: makes those that are missing, all at once.
pipes() {
	for name in "$@"; do
		shift
		[ -p "$work/$name.pipe" ] || set -- "$@" "$work/$name.pipe"
	done
	[ "$#" -eq 0 ] || mkfifo "$@" || leave 1
}

# run COMMAND...: becomes the command, in a process group of its own where that can be had.
run() {
	# Not before it is noted, or nobody could stop it: it notes itself, where it can know its own number; what cannot
	# be noted counts as stopped. Else it waits, but not where nobody will ever note it.
	if [ -n "$proc" ]; then
		read -r self rest </proc/self/stat || exit 137
		printf '%s %s %s\n' "$self" "${reader:--}" "$seconds" >"$out.job" || exit 137
	else
		until [ -s "$out.job" ]; do
			kill -s 0 "$$" && [ -d "$work" ] || exit 1
		done
	fi
	# And not where everything has just been stopped. Only now: who stops it all first closes, then reads the notes.
	[ -s "$work/open" ] || exit 1
	# What the login brought along must not send docker elsewhere, nor feed it another credential. The checks keep
	# it: they are to find what the operator would find.
	[ "$1" != "$docker" ] || unset DOCKER_CONFIG DOCKER_AUTH_CONFIG DOCKER_HOST DOCKER_CONTEXT DOCKER_TLS \
		DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_API_VERSION DOCKER_CUSTOM_HEADERS
	# As Mesos does it: the folder into which the archive was unpacked is HOME (apache/mesos, src/docker/docker.cpp).
	if [ "$1" = "$docker" ] && [ -n "$box" ] && [ -z "$spare" ]; then
		HOME=$box
		export HOME
	fi
	# shellcheck disable=SC2086 # one word or none
	exec $apart "$@"
}

# ended: answers with how the last child ended.
ended() {
	reply field code "$code"
	reply field timed "$timed"
}

# --- verb: docker SECONDS ASKS -------------------------------------------------------------------------------
# Is there a Docker CLI, and which? ASKS is client, or daemon: then that is to answer too. Changes nothing.
verb_docker() {
	find_docker
	if [ -n "$docker" ]; then
		reply line path "$docker"
		case $2 in
		daemon) limited "$1" main 2000 "$docker" version ;;
		*) limited "$1" main 2000 "$docker" --version ;;
		esac
		ended
		text output 2000 <"$work/main"
	fi
	curl=no
	command -v curl >/dev/null && curl=yes
	reply field curl "$curl"
}

find_docker() {
	docker=''
	command -v docker >"$work/said" && IFS= read -r docker <"$work/said"
	case $docker in
	*/snap/*) [ -n "$spare" ] || snap_folder ;;
	esac
}

# A snap is confined: it may use neither /tmp nor /run nor hidden folders, not even a pipe there, but always its own
# common folder. A user's is made by the first start of any snap, if not here.
snap_folder() {
	for base in /var/snap/docker/common "${HOME:-}/snap/docker/common"; do
		[ -d "$base" ] || [ "$care" != tidy ] || [ "$base" != "${HOME:-}/snap/docker/common" ] || mkdir -p "$base" 2>/dev/null
		[ -w "$base" ] || continue
		tidy "$care"
		spare=$base/node-prep.$$.$token
		printf '%s\n' "$spare" >"$work/spare"
		mkdir "$spare" 2>/dev/null && mkfifo "$spare/main.pipe" && sign "$spare" && return
	done
	spare=''
}

# --- verb: login SECONDS; user, server, secret -------------------------------------------------------------
# docker login into a private folder. Changes nothing on the agent: the folder goes when the verb ends.
verb_login() {
	take
	user=$taken
	take
	server=$taken
	IFS= read -r feed || leave 1
	[ -n "$docker" ] || find_docker
	config=${spare:-$work}/config
	[ -d "$config" ] || mkdir "$config" || leave 1
	# A config without any entry would let docker pick a credential helper by itself, silently (docker/cli,
	# cli/config/config.go: DetectDefaultStore only if !ContainsAuth). docker keeps the mode of a file that is there.
	printf '%s' '{"auths":{"node-prep.invalid":{}}}' >"$config/config.json"
	set -- "$1" main 4000 "${docker:=docker}" --config "$config" login --username "$user" --password-stdin
	[ -z "$server" ] || set -- "$@" "$server"
	limited "$@"
	ended
	if [ "$code" -eq 0 ]; then
		text stored 65536 <"$config/config.json"
	else
		text output 4000 <"$work/main"
	fi
	rm -rf "$config"
}

# --- verb: ask SECONDS; config, registry -------------------------------------------------------------------
# One HTTPS request by the agent's curl, told by its standard input. Changes nothing.
verb_ask() {
	IFS= read -r line || leave 1
	take
	ca=/etc/docker/certs.d/$taken/ca.crt
	feed=$line line=''
	if [ -r "$ca" ]; then
		limited "$1" main 65536 curl -q -K - --cacert "$ca"
	else
		limited "$1" main 65536 curl -q -K -
	fi
	ended
	text output 65536 <"$work/main"
	printf '' >"$work/main"
}

# --- verb: look LIMIT; path --------------------------------------------------------------------------------
# What lies at the archive's path: its kind, owner, mode, sum, and the bytes, if not more than LIMIT.
verb_look() {
	take
	path=$taken
	describe
	[ "$kind" != file ] || [ ! -r "$path" ] || [ "$size" -gt "$1" ] || text bytes "$1" <"$path"
}

# describe [LIMIT]: answers with what lies at $path; sets $kind and $size. With a limit, sum and size are those of a
# copy, $seen, that is made of a file that is no larger: whatever becomes of the file, they are of the same bytes.
describe() {
	sum=absent size=0
	if [ -L "$path" ]; then
		kind='link'
	elif [ -d "$path" ]; then
		kind=folder
	elif [ -f "$path" ]; then
		kind='file'
	elif [ -e "$path" ]; then
		kind=other
	elif [ ! -d "${path%/*}/" ]; then
		kind=nowhere
	else
		kind=absent
	fi
	reply field kind "$kind"
	if [ "$kind" != absent ] && [ "$kind" != nowhere ]; then
		attributes
		reply field mode "$perm"
		reply field owner "$owned"
		reply field group "$grouped"
		reply field uid "$uid"
		reply field gid "$gid"
	fi
	if [ "$kind" = file ] && [ -z "${1:-}" ]; then
		sum_up
	elif [ "$kind" = file ]; then
		copy_seen "$1"
	fi
	reply field sum "$sum"
	reply field size "$size"
}

# attributes: what ls says of $path. Group names may hold blanks (Active Directory): then its numbers tell where
# the names end.
attributes() {
	ls -ld "$path" >"$work/said" 2>/dev/null
	read -r listing <"$work/said"
	# shellcheck disable=SC2086 # its words
	set -- $listing
	perm=${1:-?}
	# A sign that there is more (an ACL, a label) may follow.
	case $perm in ???????????*) perm=${perm%"${perm#??????????}"} ;; esac
	owned=${3:-?} grouped=${4:-?} size=${5:-0} uid=0 gid=0
	if [ "$owned $grouped" != 'root root' ]; then
		# One blank between the words.
		listing="$*"
		# shellcheck disable=SC2046
		set -- $(ls -ldn "$path" 2>/dev/null)
		uid=${3:-?} gid=${4:-?} size=${5:-0}
		listing=${listing#* * }
		listing=${listing%%" $size "*}
		owned=${listing%% *} grouped=${listing#* }
	fi
	[ "$kind" = file ] || size=0
}

# sum_up: what tells the bytes at $path from others. Nothing big is read for it: no archive is.
sum_up() {
	sum=unreadable
	if [ "$size" -gt 1048576 ]; then
		sum=large:$size
	elif [ -r "$path" ]; then
		$digest <"$path" >"$work/said"
		read -r sum size_too rest <"$work/said"
		[ "$digest" != cksum ] || sum=$sum:$size_too
	fi
}

# --- verb: inspect LIMIT; path, task user ---------------------------------------------------------------------
# What `look` tells, and whatever else can be told of an archive without touching anything. Keeps a copy of a small
# one, for `unpack`: what is told and what is unpacked are the same bytes.
verb_inspect() {
	take
	path=$taken
	take
	who=$taken
	folder=${path%/*}/
	hidden=$folder.${path##*/}.node-prep
	seen=$work/seen copied='' age=''
	printf '' >"$seen"
	describe "$1"
	[ -z "$copied" ] || [ "$copied" -gt "$1" ] || text bytes "$1" <"$seen"
	[ -z "$age" ] || reply field age "$age"
	room
	if [ -n "$who" ]; then
		readable
		reply field reads "$reads"
	fi
	leftovers
	missing=''
	for tool in df head tar; do
		command -v "$tool" >/dev/null 2>&1 || missing=$missing,$tool
	done
	reply field missing "${missing:-none}"
}

# copy_seen LIMIT: copies the file to $seen; sets $sum and $size of that, and $copied and $age.
copy_seen() {
	sum=unreadable
	# One byte more than it may have: a file that grows is not taken for a whole one, and holds nothing up.
	if [ ! -r "$path" ] || ! head -c "$(($1 + 1))" <"$path" >"$seen" 2>/dev/null; then
		printf '' >"$seen"
		return
	fi
	measure
	if [ "$copied" -gt "$1" ]; then
		[ "$size" -gt "$1" ] || size=$copied
		sum=large:$size
	else
		found=$path size=$copied path=$seen
		sum_up
		path=$found
	fi
}

# measure: the size of the copy into $copied, and how long the file has been there into $age, by one program: the copy
# was made just now. Not in POSIX: GNU and busybox have -c, BSD -f.
measure() {
	stat -c '%Y %s' "$path" "$seen" >"$work/said" 2>/dev/null ||
		stat -f '%m %z' "$path" "$seen" >"$work/said" 2>/dev/null || printf '' >"$work/said"
	{
		read -r since _
		read -r now copied
	} <"$work/said"
	case $since$now$copied in
	'' | *[!0-9]*) copied=$(($(wc -c <"$seen"))) ;;
	*) [ "$now" -lt "$since" ] || age=$((now - since)) ;;
	esac
}

# room: could the next archive, and this one beside it, be put there? Nothing is tried.
room() {
	room=unknown row='' at='' flags=''
	if [ -d "$folder" ]; then
		# POSIX: a headline, then a line that ends with what is available, in KiB, a percentage and the mount point.
		# What it begins with may hold blanks.
		df -Pk "$folder" >"$work/said" 2>/dev/null
		{
			read -r _
			read -r row
		} <"$work/said"
		case $row in
		*' '*' '*[0-9]'% /'*)
			at=${row#*% }
			# shellcheck disable=SC2086 # its words
			set -- ${row%%'% '*}
			[ "$#" -lt 2 ] || shift $(($# - 2))
			case $1 in
			*[!0-9]*) ;;
			*)
				room=yes
				[ "$1" -ge 256 ] || room=no-space
				;;
			esac
			# busybox' test believes that root may write anywhere.
			mounted "$at"
			;;
		esac
		case $number,$flags, in
		*,ro,*) room=read-only ;;
		0,*) [ -w "$folder" ] || room=read-only ;;
		esac
	fi
	reply field room "$room"
}

# mounted POINT: the options of what is mounted there, into $flags, where they can be seen. The last one counts.
mounted() {
	set -- "$1" ''
	while [ "$1" != "${1#* }" ]; do
		set -- "${1#* }" "$2${1%% *}\\040"
	done
	grep -F -e " $2$1 " /proc/mounts >"$work/said" 2>/dev/null
	while read -r _ _ _ options _; do
		flags=$options
	done <"$work/said"
}

# readable: can this user, with all their groups, read the whole file? By reading it as them, without a shell that
# would see its name. Into $reads.
readable() {
	reads=unknown
	[ "$kind" = file ] || return 0
	limited 10 main 20 id -u "$who"
	[ "$timed" = no ] || return 0
	wanted=''
	read -r wanted <"$work/main"
	if [ "$code" -ne 0 ]; then
		reads=nobody
	elif [ "$wanted" = "$number" ]; then
		as
	elif [ "$number" = 0 ]; then
		if command -v runuser >/dev/null; then
			as runuser -u "$who" --
		elif command -v su >/dev/null; then
			# shellcheck disable=SC2016 # its shell is to replace that
			as su -s /bin/sh "$who" -c 'exec "$@"' sh
		elif command -v sudo >/dev/null; then
			as sudo -n -u "$who" --
		fi
	fi
}

# as COMMAND...: tries it by way of that command. Of a huge file, which is no archive, the beginning will do.
as() {
	limited 10 main 0 "$@" dd if="$path" of=/dev/null bs=65536 count=2
	[ "$timed" = no ] || return 0
	if [ "$code" -eq 0 ]; then
		reads=yes
		return
	fi
	# Is it the file that is closed to them, or is it the way to be them?
	limited 10 main 0 "$@" dd if=/dev/null of=/dev/null
	[ "$timed" = yes ] || [ "$code" -ne 0 ] || reads=no
}

# leftovers: what killed ones left; those in the private folders' places were found at the start.
leftovers() {
	held=no
	set +f
	set -- "$hidden".*
	set -f
	if [ -L "$path.lock" ]; then
		# shellcheck disable=SC2046 # its words
		if ownerless $(readlink "$path.lock"); then
			note "$path.lock"
		else
			held=yes
		fi
	fi
	# One at work has such files too, and they are gone before its lock is.
	for old in "$@"; do
		[ "$held" = yes ] || { [ ! -e "$old" ] && [ ! -L "$old" ]; } || note "$old"
	done
	[ -z "$left" ] || printf '%s' "$left" | text left 2000
}

# note PATH: adds what was left, as a whole or not at all.
note() {
	[ "$((${#left} + ${#1}))" -ge 2000 ] || left=$left$1$newline
}

# --- verb: unpack SECONDS -------------------------------------------------------------------------------------
# Unpacks the copy that `inspect` kept into a private folder, as Mesos' fetcher does. Changes nothing on the agent.
verb_unpack() {
	sandbox=${spare:-$work}/sandbox
	[ ! -d "$sandbox" ] || rm -rf "$sandbox"
	mkdir "$sandbox" || leave 1
	limited "$1" main 1000 tar -C "$sandbox" -xf "$work/seen"
	# An older busybox has to be told that it is compressed.
	[ "$code" -eq 0 ] || [ "$timed" = yes ] || limited "$1" main 1000 tar -C "$sandbox" -xzf "$work/seen"
	ended
	text output 1000 <"$work/main"
	# Folders that are closed could not be removed again, but by root.
	[ "$number" = 0 ] || chmod -R u+rwx "$sandbox" 2>/dev/null
	box=$sandbox config=no
	[ -L "$box/.docker" ] || [ -L "$box/.docker/config.json" ] || [ ! -f "$box/.docker/config.json" ] || config=yes
	reply field config "$config"
}

# --- verb: pull SECONDS; image ----------------------------------------------------------------------------------
# Pulls the image, with the unpacked archive as HOME. Never with the HOME of the login.
verb_pull() {
	take
	[ -n "$box" ] || leave 1
	set -- "$1" main 4000 "${docker:=docker}"
	# A snap gets another HOME in any case.
	[ -z "$spare" ] || set -- "$@" --config "$box/.docker"
	limited "$@" pull "$taken"
	ended
	[ "$code" -eq 0 ] || text output 4000 <"$work/main"
}

# --- verb: install MODE EXPECTED; owner, group, path, holder, archive ---------------------------------------
# Puts the archive at its path: whole or not at all. EXPECTED is the sum of what the operator's side has judged;
# where something else lies there by now, nothing is done, and the operator's side looks again.
verb_install() {
	mode=$1 expected=$2
	take
	owner=$taken
	take
	group=$taken
	take
	path=$taken
	take
	holder=$taken
	IFS= read -r taken || leave 1
	previous=$path.previous
	folder=${path%/*}/
	hidden=$folder.${path##*/}.node-prep
	printf '' >"$work/trouble"
	kept=yes
	install_steps
	taken=''
	reply field result "$result"
	[ ! -s "$work/trouble" ] || tail -c 1000 "$work/trouble" | text trouble 1000
	case $result in
	changed | unchanged)
		# Read back: the operator's side compares the bytes themselves. Still under the lock, where there is one: it is
		# to be ours that is read, not what another install puts there next.
		reply field kind file
		text bytes 65536 <"$path"
		reply field fits "$kept"
		[ "$kept" = yes ] || describe
		;;
	*) describe ;;
	esac
	unlock
	printf '' >"$work/archive"
}

install_steps() {
	result=path
	case $path in
	/*[!/]) ;;
	*) trouble "$path is not the path of a file" ;;
	esac || return
	result='write'
	printf '%b' "$taken" >"$work/archive" || trouble "$work has no room: No space left on device" || return
	result=unchanged
	compare
	there && ! strays && [ ! -L "$path.lock" ] && return
	result=path
	usable "$path" || return
	usable "$previous" || return
	result=busy
	waited=no
	seize || return
	# Only who holds the lock has such files: a killed one left them.
	strays && sweep
	result=unchanged
	# Who held the lock until now may have put the same there.
	[ "$waited" = no ] || compare
	there && return
	result=moved
	standing
	[ "$now" = "$expected" ] || return
	result='write'
	if [ "$bytes" = same ]; then
		# Only owner or mode are wrong, of the archive or of the previous one.
		[ ! -f "$previous" ] || fits "$previous" || own "$previous" || return
		result=changed
		fits "$path" && return
		result='write'
	elif [ -f "$path" ]; then
		keep_previous || return
	fi
	write "$work/archive" || return
	# Once more, as late as can be: mv would put it into a folder, or follow what it must not.
	result=path
	usable "$path" || return
	result='write'
	# rename(2) within one folder: whoever opens the path gets the old archive or the new one, never a part. That it
	# lasts is the file system's journal's to see to: sync(1) could hang for minutes on a busy agent.
	mv -f "$temp" "$path" 2>>"$work/trouble" || return
	result=changed
}

# trouble WORDS...: notes what is in the way; always false.
trouble() {
	printf '%s\n' "$*" >>"$work/trouble"
	return 1
}

# compare: does the path hold the bytes of the new archive? Into $bytes.
compare() {
	bytes=other
	[ ! -f "$path" ] || [ -L "$path" ] || ! cmp -s "$path" "$work/archive" || bytes=same
}

# there: the new archive is already at its path, and all is as it should be.
there() {
	[ "$bytes" = same ] || return
	if [ -f "$previous" ] && [ ! -L "$previous" ]; then
		fits "$path" "$previous"
	else
		fits "$path"
	fi
}

# fits FILE...: have they the owner and mode of the new archive?
fits() {
	find "$@" -prune -type f -user "$owner" -group "$group" -perm "$mode" >"$work/said" 2>/dev/null
	for wanted in "$@"; do
		IFS= read -r fitting && [ "$fitting" = "$wanted" ] || return
	done <"$work/said"
}

# own FILE: gives it owner and mode.
own() {
	result=owner
	chown -- "$owner:$group" "$1" 2>>"$work/trouble" || return
	chmod "$mode" "$1" 2>>"$work/trouble" || return
	result='write'
	# Some file systems keep neither, and say nothing.
	fits "$1" || kept=no
}

# strays: are there temporary files beside the path, of an install that was killed or is at work?
strays() {
	set +f
	set -- "$hidden".*
	set -f
	[ -e "$1" ] || [ -L "$1" ]
}

# standing: the sum of what lies at the path now, into $now; as `look` told it.
standing() {
	now=absent
	[ -f "$path" ] || return 0
	kind='file' size=0
	case $expected in
	large:*) attributes ;;
	esac
	sum_up
	now=$sum
}

# usable PATH: nothing there, or a plain file.
usable() {
	[ -d "$folder" ] || trouble "$folder does not exist" || return
	[ ! -L "$1" ] || trouble "$1 is a symbolic link" || return
	[ ! -e "$1" ] || [ -f "$1" ] || trouble "$1 is not a plain file"
}

# keep_previous: names the old archive <path>.previous as well: a second name for it where owner and mode are
# right, else a copy that has them.
keep_previous() {
	temp=$hidden.$$
	if fits "$path"; then
		# A killed one may have come just so far.
		# shellcheck disable=SC3013 # dash, bash and busybox have -ef; elsewhere it is false, and mv(1) decides
		[ ! "$path" -ef "$previous" ] || return 0
		ln "$path" "$temp" 2>/dev/null || write "$path" || return
	else
		write "$path" || return
	fi
	mv -f "$temp" "$previous" 2>>"$work/trouble"
}

# write FILE: copies it to a new file beside the path, $temp, with final owner and mode, and on disk before it is
# named. It is private, and made only where nothing is (-C): a shell that takes a device or a pipe for no file would
# still follow a link to one.
write() {
	temp=$hidden.$$.new
	set -C
	{ printf '' >"$temp"; } 2>>"$work/trouble"
	made=$?
	set +C
	[ "$made" -eq 0 ] && [ -f "$temp" ] && [ ! -L "$temp" ] || return
	copy "$1" || return
	fits "$temp" || own "$temp"
}

copy() {
	dd if="$1" of="$temp" bs=65536 conv=fsync 2>"$work/dd" && return
	# An old BSD dd can't do this; its sync(1) then does it for all.
	if grep -q -e fsync -e conversion "$work/dd"; then
		dd if="$1" of="$temp" bs=65536 2>"$work/dd" && sync && return
	fi
	grep -v -e ' records ' -e ' copied' "$work/dd" >>"$work/trouble"
	return 1
}

# seize: takes the lock beside the archive, a symbolic link whose text says whose it is: making one is atomic,
# and it is never there without its text. One whose process is gone is moved aside; should that have caught a
# new one, it is put back. Waits five seconds for a live one.
seize() {
	tries=0
	while :; do
		[ ! -e "$path.lock" ] || {
			result=path
			trouble "$path.lock is no lock of node-prep"
			return
		}
		if ln -s "node-prep $me $holder" "$path.lock" 2>"$work/ln"; then
			lock=$path.lock
			return
		fi
		theirs=$(readlink "$path.lock") || {
			# It has just gone, or there can be none here.
			tries=$((tries + 1)) waited=yes
			[ "$tries" -gt 5 ] || [ ! -w "$folder" ] || continue
			result='write'
			cat "$work/ln" >>"$work/trouble"
			return 1
		}
		# shellcheck disable=SC2086 # its words
		set -- $theirs
		if ownerless "$@"; then
			waited=yes
			mv -f "$path.lock" "$hidden.lock.$$" 2>/dev/null
			caught=$(readlink "$hidden.lock.$$")
			[ -z "$caught" ] || [ "$caught" = "$theirs" ] || ln -s "$caught" "$path.lock" 2>/dev/null
			rm -f "$hidden.lock.$$"
		else
			tries=$((tries + 1)) waited=yes
			[ "$tries" -le 5 ] || break
			sleep 1
		fi
	done
	[ "$#" -lt 6 ] || shift 5
	trouble "$*"
	# shellcheck disable=SC2046 # its words
	set -- $(ls -ld "$path.lock" 2>/dev/null)
	reply field since "${6:-?} ${7:-?} ${8:-?}"
	return 1
}

# ownerless WORDS...: is a lock with these words one whose process is gone?
ownerless() {
	[ "${1:-}" = node-prep ] && gone "$path.lock" 60 "${2:-}" "${3:-}" "${4:-}" "${5:-}"
}

unlock() {
	[ -z "$lock" ] || sweep "$lock"
	lock=''
}

# sweep FILE...: away with the temporary files beside the path, then with FILE.
sweep() {
	set +f
	rm -f "$hidden".* "$@"
	set -f
}

# --- verb: verify COUNT; for each: seconds, command, control, names, words -----------------------------------
# The health-check commands, side by side. Changes nothing.
verb_verify() {
	count=$1
	set --
	index=0
	while [ "$index" -lt "$count" ]; do
		set -- "$@" "check$index"
		index=$((index + 1))
	done
	pipes "$@"
	index=0
	while [ "$index" -lt "$count" ]; do
		take
		limit=$taken
		take
		command=$taken
		take
		control=$taken
		take
		names=$taken
		take
		words=$taken
		printf '' >"$work/check$index.done"
		(one_check) &
		checks="$checks $!"
		index=$((index + 1))
	done
	# shellcheck disable=SC2086 # a list of process numbers
	[ -z "$checks" ] || wait $checks
	checks=''
}

# One check, in a subshell of its own: the command; where it says yes, the control, if there is one; where that does
# not say no, whether a live process of one of the names is there. What a command printed that said yes is of no use.
one_check() {
	inner=yes
	trap 'stop_started; exit 1' TERM
	missing=''
	for word in $words; do
		command -v "$word" >/dev/null 2>&1 || missing=$missing,$word
	done
	limited "$limit" "check$index" 600 /bin/sh -c "$command"
	verdict=$code late=$timed answer=- alive=- said=-
	if [ "$code" -ne 0 ]; then
		[ ! -s "$out" ] || said=$(od -An -v -tx1 <"$out")
	elif [ -n "$control" ]; then
		limited "$limit" "check$index" 0 /bin/sh -c "$control"
		answer=$code
		[ "$timed" = no ] || answer=late
	fi
	[ -z "$names" ] || [ "$verdict" -ne 0 ] || case $answer in
	0 | - | late) process_alive "$names" ;;
	esac
	# The digits without the blanks between them.
	# shellcheck disable=SC2086
	set -- $said
	IFS=''
	said=$*
	unset IFS
	reply check "$index" "$verdict" "$late" "$answer" "$alive" "${missing:-,}" "$said"
	printf over >"$work/check$index.done"
}

# process_alive NAMES: is there a live process (not a zombie) of one of the names, an extended regular expression?
# Sets $alive to yes, no, or hidden. `docker` alone is a daemon only as `docker daemon` or `docker -d` (before 1.12).
process_alive() {
	alive=no
	if [ ! -r /proc/self/stat ]; then
		ps -A -o state= -o comm= >"$out" 2>/dev/null
		[ -s "$out" ] || alive=hidden
		sed -e 's/^ *//' -e '/^[ZX]/d' -e 's/^[^ ]* *//' -e 's,.*/,,' "$out" | grep -Eqx -e "$1" && alive=yes
		return
	fi
	set +f
	hits=$(grep -Els -e "^[0-9]+ [(]($1)[)] [^ZX]" /proc/[0-9]*/stat)
	set -f
	for hit in $hits; do
		read -r stat 2>/dev/null <"$hit" || continue
		case $stat in
		*'(docker) '*)
			case $(tr '\0' ' ' 2>/dev/null <"${hit%stat}cmdline") in
			*docker\ daemon* | *docker\ -d*) alive=yes ;;
			esac
			;;
		*) alive=yes ;;
		esac
	done
	[ "$alive" = yes ] || [ -r /proc/1/stat ] || alive=hidden
}

# --- who is who --------------------------------------------------------------------------------------------

# birth PID: when that process began, into $birth; nothing where it can't be seen.
birth() {
	birth=''
	read -r stat 2>/dev/null <"/proc/$1/stat" || return
	# The name, which may hold anything, ends with the last parenthesis; the state follows; the 20th is the time.
	# shellcheck disable=SC2086 # its words
	set -- ${stat##*) }
	birth=${20}
	[ "$1" != Z ] || birth=dead
}

# place: which boot and which process table this is, the latter (a container has its own) by when its first process
# began. In another, the same number is another process.
place() {
	boot=''
	read -r boot 2>/dev/null </proc/sys/kernel/random/boot_id
	birth 1
	space=$birth
}

# who PID: who that process is, for as long as there are computers, into $who. A dash is what can't be told.
who() {
	birth "$1"
	who="$1 ${birth:--} ${boot:--} ${space:--}"
}

# gone FILE MINUTES PID BIRTH BOOT SPACE: has the process that left FILE ended? Its number alone may be another's by
# now. Of one in another container we see nothing: it has after MINUTES.
gone() {
	[ "$#" -eq 6 ] || return 1
	if [ "$5 $6" != "${boot:--} ${space:--}" ]; then
		if [ "$5" != "${boot:--}" ] && [ "$5" != - ] && [ -n "$boot" ]; then
			return 0
		fi
		[ -n "$(find "$1" -prune -mmin "+$2" 2>/dev/null)" ]
		return
	fi
	birth "$3"
	if [ -n "$birth" ] && [ "$4" != - ]; then
		[ "$birth" != "$4" ]
		return
	fi
	# Not ours to signal is not the same as dead.
	case $(kill -s 0 "$3" 2>&1) in
	*[Nn]'o such process'*) return 0 ;;
	*) return 1 ;;
	esac
}

# sign FOLDER: says whose it is: ours, and the watch's.
sign() {
	printf '%s\n' "$me" "$guard" >"$1/owner"
}

# abandoned FOLDER: have both ended whose it is? While there is a watch, it still has to stop what runs.
abandoned() {
	{
		read -r mine
		read -r watcher
	} 2>/dev/null <"$1/owner" || return
	# shellcheck disable=SC2086 # their words
	gone "$1" 1440 $mine && { [ "$watcher" = - ] || gone "$1" 1440 $watcher; }
}

# tidy CARE: away with what killed ones left in $base, where it is our own; or, to `look`, only a note of it.
tidy() {
	set +f
	for old in "$base"/node-prep.*; do
		set -f
		# -O: whoever may put folders here (/tmp) must not have them emptied by root.
		if [ -L "$old" ] || [ ! -O "$old" ] || ! abandoned "$old"; then
			continue
		elif [ "$1" = tidy ]; then
			rm -rf "$old"
		else
			note "$old"
		fi
	done
	set -f
}

# --- start -------------------------------------------------------------------------------------------------

# workplace: a private folder where there is room, best in memory, removed on every exit.
workplace() {
	for base in /run /dev/shm /tmp /var/tmp "${HOME:-}"; do
		[ -w "${base:-/dev/null/none}" ] || continue
		tidy "$care"
		# mkdir follows nothing, and fails where something is.
		mkdir "$base/node-prep.$$.$token" "$base/node-prep.$$.$token/config" 2>/dev/null || continue
		work=$base/node-prep.$$.$token
		if printf '%65536s%65536s%65536s%65536s' '' '' '' '' 2>/dev/null >"$work/room"; then
			printf '' >"$work/room"
			sign "$work"
			return
		fi
		rm -rf "$work"
		work=''
	done
}

# Who the session works as: `id -u`, without starting it where /proc tells.
user_number() {
	while read -r key number rest; do
		[ "$key" != Uid: ] || break
	done
} 2>/dev/null <"/proc/$$/status"

start() {
	read -r token life care || exit 1
	missing=''
	for tool in cat chmod chown cmp dd find grep id ln ls mkdir mkfifo mv od readlink rm sleep tail tr; do
		command -v "$tool" >/dev/null 2>&1 || missing=$missing,$tool
	done
	digest='sha256sum'
	command -v sha256sum >/dev/null 2>&1 || digest='cksum'
	command -v "$digest" >/dev/null 2>&1 || missing=$missing,cksum
	# A secret may only go through a printf that is part of the shell: a program's arguments can be seen.
	PATH=/dev/null command -v printf >/dev/null || missing=$missing,printf
	# A child's process group is ended whole. Where there is no setsid, job control makes one, if the shell can.
	apart='' monitor=''
	if command -v setsid >/dev/null 2>&1; then
		apart=setsid
	else
		set -m 2>/dev/null
		case $- in *m*) monitor=yes ;; esac
		set +m
	fi
	# In a /proc of another process table, the numbers are others.
	proc='' self=''
	read -r self rest 2>/dev/null </proc/self/stat
	[ "$self" != "$$" ] || proc=yes
	place
	who "$$"
	me=$who guard=-
	trap 'leave 1' HUP INT TERM PIPE EXIT
	[ -n "$missing" ] || workplace
	number=''
	user_number || number=$(id -u)
	reply field user "$number"
	reply field missing "${missing:-none}"
	reply field work "${work:-none}"
	reply "done" hello
	[ -n "$work" ] || leave 1
	printf open >"$work/open"
	watch "$life" </dev/null &
	watch=$!
	who "$watch"
	guard=$who
	sign "$work"
}

start
while IFS= read -r line; do
	# shellcheck disable=SC2086 # its words
	set -- $line
	verb=${1:-}
	case ${2:-x} in *[!0-9]*) leave 1 ;; esac
	printf busy >"$work/busy"
	case $verb in
	docker) verb_docker "$2" "$3" ;;
	login) verb_login "$2" ;;
	ask) verb_ask "$2" ;;
	look) verb_look "$2" ;;
	inspect) verb_inspect "$2" ;;
	unpack) verb_unpack "$2" ;;
	pull) verb_pull "$2" ;;
	install) verb_install "$2" "$3" ;;
	verify) verb_verify "$2" ;;
	*) leave 1 ;;
	esac
	printf '' >"$work/busy"
	reply "done" "$verb"
done
# An unfinished line is no proper end.
[ -z "$line" ] || leave 1
leave 0
