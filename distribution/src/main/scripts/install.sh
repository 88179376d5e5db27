# ./muster install [--root DIR]: lays the suite out. Sourced by ./muster.

install_suite() {
    local root= suite
    while [ $# -gt 0 ]; do
        case $1 in
            --root) root=${2:?install: --root needs a directory}; shift 2 ;;
            --root=*) root=${1#--root=}; shift ;;
            *) echo "Usage: ./muster install [--root DIR]" >&2; exit 2 ;;
        esac
    done
    if [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then
        echo "muster: install: writing to / takes root: run it as root, or name a directory with --root" >&2
        exit 1
    fi
    mkdir -p "$root/"
    root=$(cd "$root/" && pwd)
    root=${root%/}
    suite=$root/usr/lib/muster
    source "$scripts/launchers.sh"

    rm -rf "$suite"
    mkdir -p "$suite/lib" "$root/usr/sbin" "$root/usr/lib/systemd/system" "$root/usr/lib/sysusers.d" "$root/usr/lib/tmpfiles.d"
    cp -p "$build_dir"/lib/*.jar "$suite/lib/"
    lay_out_share "$suite"
    local java='$h/runtime/bin/java' train_java=$suite/runtime/bin/java
    if ! runtime_image "$suite/runtime"; then
        java=$JAVA_HOME/bin/java
        train_java=$java
        echo "muster: install: no runtime image (jlink: see build/jlink.log): the commands will use $JAVA_HOME" >&2
    fi
    each_command "$home/distribution/commands" install_command "$root" "$suite" "$java"
    install_front_door "$root"
    train_caches "$suite" "$train_java"
    rm -f "$suite/training.log"

    install -m 644 "$home"/distribution/src/main/units/*.service "$home"/distribution/src/main/units/*.target "$root/usr/lib/systemd/system/"
    install -D -m 644 "$home/distribution/src/main/units/muster.preset" "$root/usr/lib/systemd/system-preset/80-muster.preset"
    install -m 644 "$home/distribution/src/main/units/muster.sysusers" "$root/usr/lib/sysusers.d/muster.conf"
    install -m 644 "$home/distribution/src/main/units/muster.tmpfiles" "$root/usr/lib/tmpfiles.d/muster.conf"
    install -D -m 644 "$home/distribution/src/main/units/muster.logrotate" "$root/etc/logrotate.d/muster"
    install -d -m 755 "$root/etc/cluster" "$root/etc/sysconfig/ha"
    install -D -m 644 -t "$root/usr/share/doc/muster" "$home"/etc/*.example
    install_man "$root/usr/share/man"
    install_completion "$root/usr/share/bash-completion/completions"
    install -d -m 750 "$root/var/lib/muster" "$root/var/log/cluster"
    if [ -z "$root" ]; then settle; fi
    echo "installed in $root/: $(du -sh "$suite" | cut -f1) in /usr/lib/muster, commands in /usr/sbin, units in /usr/lib/systemd/system"
    echo "next, for a director: lvs.cf in /etc/sysconfig/ha (examples in /usr/share/doc/muster), 'muster keygen /etc/sysconfig/ha/lvs.key' on one, the key on both, systemctl enable --now pulse"
    echo "next, for a cluster node: a cluster.conf in /etc/cluster, 'muster keygen' on one node and the key on all, systemctl enable --now muster.target"
}

install_command() { # root, suite, java, NAME CLASS KIND
    mkdir -p "$2/bin"
    write_launcher "$2/bin" .. "$2" "$3" "$4" "$5" "$6"
    case $4 in
        simulate | replay | keygen | end_machine | training*) ;;
        *) write_launcher "$1/usr/sbin" ../lib/muster "$2" "$3" "$4" "$5" "$6" ;;
    esac
}

install_man() { # manual's directory
    local page
    for page in "$home"/docs/man/*.[1-8]; do
        [ ! -f "$page" ] || install -D -m 644 "$page" "$1/man${page##*.}/${page##*/}"
    done
}

# bash looks for the completion of a command in a file of its name.
install_completion() { # directory
    local name script=$home/distribution/src/main/completion/muster.bash
    install -D -m 644 "$script" "$1/muster"
    for name in $(sed -n 's/^complete .* _muster //p' "$script"); do
        [ "$name" = muster ] || ln -sf muster "$1/$name"
    done
}

# `muster keygen`, `muster replay FILE`, ...: the words that are too common for names in /usr/sbin.
install_front_door() {
    cat >"$1/usr/sbin/muster" <<'DOOR'
#!/bin/sh
h=$(cd "${0%/*}/../lib/muster" && pwd)
usage="Usage: muster keygen [FILE] | replay FILE | simulate --seed N, or any command of the suite; see muster(8)"
word=${1-}
case $word in
    -h | --help | help)
        echo "$usage"
        exit 0
        ;;
    '' | */* | .* | -*) ;;
    *)
        shift
        [ -x "$h/bin/$word" ] && exec "$h/bin/$word" "$@"
        echo "muster: unknown word \"$word\"" >&2
        ;;
esac
echo "$usage" >&2
exit 2
DOOR
    chmod 755 "$1/usr/sbin/muster"
}

# jlink links from the JDK itself. The modules: what Netty, JNA, Logback and Jackson use of the JDK when they run; jdeps
# can't tell, since half of what they name is optional.
runtime_image() {
    "$JAVA_HOME/bin/jlink" --add-modules java.base,java.logging,java.management,java.naming,java.xml,jdk.unsupported \
        --no-header-files --no-man-pages --compress zip-6 --output "$1" >"$build_dir/jlink.log" 2>&1 && [ -x "$1/bin/java" ]
}

# On a real machine: the group, the directories' owners, systemd's view; and the word that this is one, without which
# nothing of ours would ever reset it (end_machine). What is laid out below --root isn't one yet.
settle() {
    echo "installed as a machine of its own, which end_machine may reset" >/usr/lib/muster/machine
    chmod 644 /usr/lib/muster/machine
    if command -v systemd-sysusers >/dev/null; then systemd-sysusers muster.conf; elif ! getent group cluster >/dev/null; then groupadd --system cluster; fi
    chgrp cluster /var/lib/muster /var/log/cluster
    if [ -d /run/systemd/system ]; then
        systemd-tmpfiles --create muster.conf
        systemctl daemon-reload
    fi
}
