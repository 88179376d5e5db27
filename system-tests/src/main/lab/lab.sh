#!/usr/bin/env bash
# ./muster lab: runs a command below a real kernel that has what this machine's may lack (IPVS, device mapper, DLM, ...).
# The guest's root is this machine's root, read-only below an overlay in the guest's memory; see docs/lab.md.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
cache=${MUSTER_LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/muster/lab}
# Beside this file in the laid out suite, with the other scripts in a checkout.
for scripts in "$here" "$here/../../../../distribution/src/main/scripts"; do [ ! -e "$scripts/machine.sh" ] || break; done
source "$scripts/machine.sh"
source "$here/kernels.sh"
source "$here/roots.sh"
source "$here/engines.sh"

usage() {
    cat <<'TEXT'
Usage: ./muster lab [OPTIONS] [--] COMMAND [ARGUMENT]...
       ./muster lab [-e ENGINE] --check | --fetch
       ./muster lab --roots | --root-of NAME

Boots a real Linux kernel on this file system, runs COMMAND in it as root, passes its output on, and ends. The guest sees
the root directory of this machine; what it writes lies in its memory and is gone with it.

  -e, --engine ENGINE    uml: user-mode Linux, one CPU, up in two seconds (the default; $MUSTER_LAB names another)
                         tcg: Debian's stock kernel in QEMU, emulated
  -m, --memory MIB       memory of the guest (1024)
  -c, --cpus N           CPUs of the guest (2; only with tcg)
  -t, --time SECONDS     ends the guest after so long (300)
  -w, --write DIR        a directory that the guest shares and may write; may be repeated
  -n, --tap DEVICE       joins eth0 of the guest (then eth1, ...) to a tap device of this machine
  -d, --disk FILE        a raw image, also for several guests at once: /dev/lab0 in the guest, then /dev/lab1, ...
  -r, --root NAME        a root of foreign servers, laid over this machine's
  -M, --modules A,B,...  modules to load before COMMAND
  -E, --env NAME=VALUE   in the environment of COMMAND, as are JAVA_HOME and all of MUSTER_*
  -L, --console FILE     keeps what the kernel said
      --leash            ends the guest when standard input ends
      --check            only says whether a guest can be had here (and fetches what it takes)
      --fetch            downloads the kernel anew, and makes the roots that are not there
      --roots            makes the roots that are not there
      --root-of NAME     says where the root is, after making it

Exit status: COMMAND's; 2 no guest can be had here, or wrong usage; 124 the time was over; 125 the guest was reset, panicked
or ended without a status. Kernels and roots are kept in $MUSTER_LAB_CACHE, otherwise in $XDG_CACHE_HOME/muster/lab.
TEXT
}

die() {
    echo "muster: lab: $*" >&2
    exit 2
}

wrong() {
    echo "muster: lab: $*" >&2
    usage >&2
    exit 2
}

number() { # option, value, least
    [[ $2 =~ ^[0-9]{1,7}$ ]] && [ "$2" -ge "$3" ] || wrong "$1 takes a number from $3, not \"$2\""
    echo "$2"
}

existing() { # what, path
    [ -e "$2" ] || die "no $1 $2"
    readlink -f "$2"
}

engine=${MUSTER_LAB:-uml} memory=1024 cpus=2 limit=300 modules= console= leash= only= root=
shares=() taps=() disks=() environment=()

parse() {
    local option value
    while [ $# -gt 0 ]; do
        option=$1
        case $option in
            -h | --help) usage; exit 0 ;;
            --) shift; break ;;
            --leash) leash=1; shift; continue ;;
            --check | --fetch | --roots) only=${option#--}; shift; continue ;;
            --*=*) value=${option#*=} option=${option%%=*}; shift ;;
            -[emctwndrMEL] | --root | --root-of | --engine | --memory | --cpus | --time | --write | --tap | --disk | --modules | --env | --console)
                [ $# -gt 1 ] || wrong "$option needs an argument"
                value=$2
                shift 2
                ;;
            -*) wrong "unknown option $option" ;;
            *) break ;;
        esac
        case $option in
            -e | --engine) engine=$value ;;
            -m | --memory) memory=$(number "$option" "$value" 64) ;;
            -c | --cpus) cpus=$(number "$option" "$value" 1) ;;
            -t | --time) limit=$(number "$option" "$value" 1) ;;
            -w | --write) shares+=("$(existing directory "$value")") ;;
            -n | --tap) taps+=("$value") ;;
            -d | --disk) disks+=("$(existing image "$value")") ;;
            -r | --root) root=$value ;;
            --root-of) only=root-of root=$value ;;
            -M | --modules) modules=${value//,/ } ;;
            -E | --env) [[ $value == [A-Za-z_]*=* ]] || wrong "$option takes NAME=VALUE, not \"$value\""; environment+=("$value") ;;
            -L | --console) console=$value ;;
            *) wrong "unknown option $option" ;;
        esac
    done
    command=("$@")
    case $only in roots | root-of) return ;; esac
    case $engine in uml | tcg) ;; none) die "switched off: \$MUSTER_LAB is none" ;; *) wrong "unknown engine \"$engine\": uml or tcg" ;; esac
    [ -n "$only" ] || [ ${#command[@]} -gt 0 ] || wrong "no command"
}

# What the guest's second stage reads; every value quoted for bash.
job() {
    local name
    printf 'engine=%q\nmodules=%q\ncwd=%q\nnics=%d\ndisks=%d\n' "$engine" "$modules" "$PWD" ${#taps[@]} ${#disks[@]}
    printf 'shares=('; [ ${#shares[@]} -eq 0 ] || printf '%q ' "${shares[@]}"; printf ')\n'
    printf 'export PATH=%q\n' "$PATH:/usr/local/sbin:/usr/sbin:/sbin"
    printf 'export MUSTER_LAB_ENGINE=%q\n' "$engine"
    for name in JAVA_HOME LANG ${!MUSTER_@}; do
        case $name in MUSTER_LAB*) continue ;; esac
        [ -z "${!name+set}" ] || printf 'export %s=%q\n' "$name" "${!name}"
    done
    [ ${#environment[@]} -eq 0 ] || printf 'export %q\n' "${environment[@]}"
    printf 'command=('; printf '%q ' "${command[@]}"; printf ')\n'
}

# Directories of guests whose maker is gone, killed before it could clean up.
sweep() {
    local dir maker
    for dir in "$cache"/run/*/; do
        maker=$(cat "$dir/maker" 2>/dev/null) || continue
        [ -d "/proc/$maker" ] || rm -rf "$dir"
    done
}

clean_up() {
    local status=$?
    trap '' INT TERM HUP
    # At once: asked politely, a busy guest takes its time, and nobody is left who wants anything of it.
    end_rest
    [ -z "${guest-}" ] || kill "$guest" 2>/dev/null || true
    # The reader's end, before anything is waited for: bash, told to end while it waited, waits for all of its children
    # when it means to wait for one.
    [ -z "${out-}" ] || exec {out}>&-
    stop_helpers
    rm -rf "$dir"
    exit $status
}

main() {
    parse "$@"
    [[ $cache =~ ^/[^[:space:]\",]*$ ]] || die "\$MUSTER_LAB_CACHE must be absolute and without blanks, not \"$cache\""
    mkdir -p "$cache/run"
    case $only in
        roots) make_roots $(root_names); exit ;;
        root-of) have_root "$root"; exit ;;
    esac
    need_packages "lab-$engine" 2
    [ "$only" != fetch ] || rm -rf "$cache/$engine.stamp"
    have_kernel "$engine"
    [ "$only" != fetch ] || { make_roots $(root_names); exit; }
    [ -z "$only" ] || exit 0
    [ -z "$root" ] || root=$(have_root "$root")

    sweep
    dir=$(mktemp -d "$cache/run/XXXXXXXX")
    echo $$ >"$dir/maker"
    guest=
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    [ -z "$leash" ] || { { cat >/dev/null; kill $$; } <&0 >/dev/null 2>&1 & helpers+=($!); }
    cp "$here/init" "$here/guest.sh" "$dir/"
    job >"$dir/job"

    # A pipe of its own: the guest may set it to what it likes, non-blocking for one.
    exec {out}> >(trap '' INT TERM HUP; exec cat)
    local reader=$! status=0 started=$SECONDS
    "boot_$engine" <&- &
    guest=$!
    wait "$guest" 2>/dev/null || status=$?
    guest=
    exec {out}>&-
    [ -s "$dir/status" ] || end_rest
    wait "$reader" || true
    stop_helpers
    [ -z "$console" ] || [ ! -e "$dir/console" ] || cp "$dir/console" "$console"
    if [ -s "$dir/status" ]; then
        status=$(cat "$dir/status")
    elif [ $SECONDS -ge $((started + limit)) ]; then
        status=124
        echo "muster: lab: the time limit of $limit s was over" >&2
    else
        status=125
        echo "muster: lab: the guest ended without a status" >&2
        tail -n 8 "$dir/errors" "$dir/console" 2>/dev/null | tr -d '\r' | sed 's/^/  /' >&2 || true
    fi
    exit "$status"
}

# What a killed user-mode Linux leaves: threads that are processes here. All have the job's directory in their arguments.
end_rest() {
    local one rest try
    for try in {1..100}; do
        rest=$(grep -lsF "lab_job=$dir" /proc/[0-9]*/cmdline | tr -dc '0-9\n') || true
        [ -n "$rest" ] || return 0
        for one in $rest; do kill -9 "$one" 2>/dev/null || true; done
        sleep 0.02
    done
}

helpers=()
stop_helpers() {
    local one
    for one in ${helpers[@]+"${helpers[@]}"}; do kill "$one" 2>/dev/null || true; done
    for one in ${helpers[@]+"${helpers[@]}"}; do wait "$one" 2>/dev/null || true; done
    helpers=()
}

main "$@"
