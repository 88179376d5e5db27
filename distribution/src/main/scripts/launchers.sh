# Launch scripts and start-up caches, for build/ and for an installed suite. Sourced by build.sh and install.sh.

# Shared by every JVM of the suite. Compact headers and the serial collector keep a daemon small; C1 alone starts fastest.
java_common="-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -XX:-UsePerfData -Xlog:disable -Xlog:all=off --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"

# A small heap, and an end rather than a daemon that limps on without memory.
java_daemon="-Xms8m -Xmx64m -Xss256k -XX:MaxMetaspaceSize=64m -XX:+ExitOnOutOfMemoryError"

# java_options KIND: the options for one kind of command. What a tool did in training is no reason to compile it when it runs:
# that took a tenth of its time and more.
java_options() {
    case $1 in
        tool | xmltool) echo "$java_common -XX:TieredStopAtLevel=1 -XX:+UnlockDiagnosticVMOptions -XX:-AOTReplayTraining -Xmx48m" ;;
        daemon) echo "$java_common $java_daemon -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=24m" ;;
        ring) echo "$java_common $java_daemon -XX:ReservedCodeCacheSize=48m" ;;
        work | bed) echo "$java_common -Xmx1g" ;;
    esac
}

# cache_of KIND NAME: tools share one cache, because they load nearly the same classes; those that read XML have another,
# because a JVM loads all of its cache at once. Each daemon has its own.
cache_of() { case $1 in tool | xmltool) echo "$1s.aot" ;; *) echo "$2.aot" ;; esac; }

# each_command LIST FUNCTION ...: calls it with NAME CLASS KIND for every line of a list of commands.
each_command() {
    local name class kind list=$1
    shift
    while read -r name class kind <&3; do
        case $name in '' | \#*) continue ;; esac
        "$@" "$name" "$class" "$kind"
    done 3<"$list"
}

# What isn't Java: share/cluster (resource agents), sbin (fence agents).
lay_out_share() { # target
    rm -rf "$1/share" "$1/sbin"
    mkdir -p "$1/share/cluster" "$1/sbin"
    cp -rp "$home/rgmanager/src/main/agents/." "$1/share/cluster/"
    [ ! -d "$home/fence-daemon/src/main/agents" ] || cp -rp "$home/fence-daemon/src/main/agents/." "$1/sbin/"
    lay_out_c "$1"
}

# What the table of C objects gives a place; see native/src/main/c/objects. What goes to share/lab is the test bed's.
lay_out_c() { # target
    local object place rest
    while read -r object place rest; do
        case $object:$place in '':* | \#* | *:-) continue ;; esac
        [ "$place" != share/lab ] || [ "$1" = "$build_dir" ] || continue
        install -D -m 755 "$home/native/target/c/release/$object" "$1/$place/$object"
    done <"$home/native/src/main/c/objects"
}

# class_path LIB PREFIX: sorted, because an AOT cache is good for exactly the class path it was made with.
class_path() { (cd "$1" && LC_ALL=C ls ./*.jar) | sed "s|^\./|$2/|" | tr '\n' ':' | sed 's/:$//'; }

# A launcher finds its home from where it lies, so that what is installed under --root runs there and at its last place.
write_launcher() { # bin directory, way from there to the home, home, java (may name $h), NAME CLASS KIND
    {
        echo '#!/bin/sh'
        echo "h=\$(cd \"\${0%/*}/$2\" && pwd)"
        # Who starts another command (pulse lvsd, cman_tool cman) starts the one that lies beside it.
        echo 'case $0 in /*) MUSTER_BIN=${0%/*} ;; *) MUSTER_BIN=$(cd "${0%/*}" && pwd) ;; esac'
        echo 'export MUSTER_BIN MUSTER_HOME="$h" MUSTER_AGENTS="${MUSTER_AGENTS:-$h/share/cluster}" MUSTER_FENCE_PATH="${MUSTER_FENCE_PATH:-$h/sbin}"'
        # The JVM keeps SIGUSR2 for itself unless told to take another; nanny's users send it.
        [ "$5" != nanny ] || echo 'export _JAVA_SR_SIGNUM=40'
        # A cache that is named and isn't there would cost the JDK's own as well.
        echo "aot=-XX:AOTCache=\$h/cache/$(cache_of "$7" "$5"); [ -e \"\${aot#*=}\" ] || aot=-Xshare:auto"
        echo "exec \"$4\" $(java_options "$7") \${MUSTER_AOT:-\$aot} \${MUSTER_JAVA_OPTS-} \\"
        echo "  -cp \"$(class_path "$3/lib" '$h/lib')$([ "$7" != bed ] || printf ':%s' "$(class_path "$3/bed" '$h/bed')")\" \\"
        echo "  $6 \"\$@\""
    } >"$1/.$5.new"
    chmod 755 "$1/.$5.new"
    mv "$1/.$5.new" "$1/$5"
}

# The training run starts a small cluster for real, on loopback addresses and without rights: io.muster.cluster.cli.Training,
# which looks whether that is so. Caches that can't be made cost start-up time and nothing else.
train_caches() { # home of the suite, java
    local unprivileged=()
    mkdir -p "$1/cache"
    rm -f "$1"/cache/*
    [ "$(id -u)" -ne 0 ] || unprivileged=(setpriv "--bounding-set=-all,+dac_override" --inh-caps=-all)
    MUSTER_HOME=$1 timeout 180 "${unprivileged[@]}" "$2" $java_common -cp "$(class_path "$1/lib" "$1/lib")" \
        io.muster.cluster.cli.Training "$1/cache" >"$1/training.log" 2>&1 </dev/null || true
    ls "$1"/cache/*.aot >/dev/null 2>&1 || echo "muster: no start-up caches: commands start slower (see training.log)" >&2
}
