# What this machine offers: a JDK 25, Maven, Debian packages. Sourced by ./muster.

# Prints the home of a JDK 25 or later, or fails. JAVA_HOME wins, then /usr/lib/jvm, then Maven's toolchains.xml.
find_jdk() {
    local candidate
    while read -r candidate; do
        # The release file says the version without the 50 ms that starting java would take.
        if [ -x "$candidate/bin/javac" ] && grep -qE '^JAVA_VERSION="(2[5-9]|[3-9][0-9])' "$candidate/release" 2>/dev/null; then
            echo "$candidate"
            return 0
        fi
    done < <(
        echo "${JAVA_HOME-}"
        ls -d /usr/lib/jvm/*25* /opt/*jdk*25* "$HOME"/.jdks/*25* "$HOME"/.sdkman/candidates/java/25* 2>/dev/null
        sed -n 's:.*<jdkHome>\(.*\)</jdkHome>.*:\1:p' "$HOME/.m2/toolchains.xml" 2>/dev/null
        readlink -f "$(command -v javac)" | sed 's:/bin/javac$::'
    )
    return 1
}

use_jdk() {
    if ! JAVA_HOME=$(find_jdk); then
        echo "muster: no JDK 25 found (looked at JAVA_HOME, /usr/lib/jvm, ~/.m2/toolchains.xml): install one, or set JAVA_HOME to it" >&2
        exit 1
    fi
    export JAVA_HOME
}

find_maven() {
    local candidate
    for candidate in "$(command -v mvn || true)" /usr/share/maven/bin/mvn /opt/*maven*/bin/mvn "$HOME"/.sdkman/candidates/maven/current/bin/mvn; do
        [ -x "$candidate" ] && echo "$candidate" && return
    done
    return 1
}

# need_packages WORD [STATUS]: sees to it that the programs which WORD starts are there. A missing one that can't be
# installed ends the run here, where it can be said by name, and not in the middle of a boot.
need_packages() {
    local missing=() program package
    while read -r program package; do
        command -v "$program" >/dev/null || [ -x "/usr/sbin/$program" ] || [ -x "/sbin/$program" ] || missing+=("$package")
    done < <(programs_for "$1")
    [ ${#missing[@]} -eq 0 ] && return
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        echo "muster: installing ${missing[*]}" >&2
        if install_quietly "${missing[@]}" >&2; then return; fi
    fi
    echo "muster: $1 needs Debian packages that are not installed: apt-get install ${missing[*]}" >&2
    exit "${2-1}"
}

# install_quietly PACKAGE...: nothing that comes along starts: Debian's own word for that is policy-rc.d, which answers 101
# meanwhile. Afterwards it is as it was, also when interrupted; after a kill -9, with the next installation.
install_quietly() (
    policy=${policy_rc_d:-/usr/sbin/policy-rc.d}
    kept=$policy.before-muster
    ours() { grep -qs '^# muster: nothing starts' "$policy"; }
    as_it_was() { if [ -e "$kept" ]; then mv -f "$kept" "$policy"; elif ours; then rm -f "$policy"; fi; }
    # One at a time: two would take each other's word for the machine's.
    exec {turn}<"${policy%/*}"
    flock "$turn"
    as_it_was
    trap as_it_was EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    # Whoever was told may have gone: what can't be said is no reason to end here.
    trap : PIPE
    [ ! -e "$policy" ] || cp -p "$policy" "$kept" || exit 1
    printf '#!/bin/sh\n# muster: nothing starts that is only installed.\nexit 101\n' >"$policy.new"
    chmod 755 "$policy.new" && mv -f "$policy.new" "$policy" || exit 1
    install() { DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -y -q --no-install-recommends "$@"; }
    install "$@" || { timeout 120 apt-get update -q && install "$@"; }
)

# Lines of "program package".
programs_for() {
    case $1 in
        build)
            find_maven >/dev/null || echo "mvn maven"
            echo "gcc gcc"
            echo "make make"
            # gcc alone comes without the C library's headers.
            [ -e /usr/include/stdio.h ] || echo "no-stdio.h libc6-dev"
            ;;
        demo | bench | test)
            echo "ip iproute2"
            echo "unshare util-linux"
            echo "nsenter util-linux"
            echo "mount mount"
            echo "perl perl-base"
            # Says what is wrong with a man page.
            [ "$1" != test ] || echo "groff groff-base"
            ;;
        test-lab)
            echo "tc iproute2"
            echo "iptables-legacy iptables"
            echo "nft nftables"
            ;;
        lab-roots) echo "mmdebstrap mmdebstrap" ;;
        machine) echo "systemd-nspawn systemd-container" ;;
        lab-uml | lab-tcg)
            echo "busybox busybox-static"
            echo "modprobe kmod"
            echo "ip iproute2"
            echo "taskset util-linux"
            echo "hostname hostname"
            [ "$1" = lab-uml ] || echo "qemu-system-x86_64 qemu-system-x86"
            [ "$1" = lab-uml ] || echo "cpio cpio"
            # In a package of its own since QEMU 8.
            [ "$1" = lab-uml ] || [ -x /usr/libexec/virtiofsd ] || echo "../lib/qemu/virtiofsd qemu-system-common"
            ;;
    esac
}

# The product's commands, and those that only a checkout has.
command_names() { sed -n 's/^\([a-z][a-z_-]*\) .*/\1/p' "$home/distribution/commands" "$home/system-tests/commands"; }

fold_words() { tr '\n' ' ' | fold -s -w 90 | sed 's/^/  /'; echo; }

# nearest WORD: the known word with the smallest edit distance.
nearest() {
    { printf '%s\n' build test planted lab demo simulate bench replay install keygen; command_names; } | sort -u | awk -v word="$1" '
        function least(a, b, c) { return a < b ? (a < c ? a : c) : (b < c ? b : c) }
        function distance(a, b,    i, j, d) {
            for (i = 0; i <= length(a); i++) d[i, 0] = i
            for (j = 0; j <= length(b); j++) d[0, j] = j
            for (i = 1; i <= length(a); i++)
                for (j = 1; j <= length(b); j++)
                    d[i, j] = least(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + (substr(a, i, 1) != substr(b, j, 1)))
            return d[length(a), length(b)]
        }
        { n = distance(word, $1); if (NR == 1 || n < best) { best = n; name = $1 } }
        END { print name }'
}
