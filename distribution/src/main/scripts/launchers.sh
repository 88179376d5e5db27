# Launch scripts and start-up caches, for build/ and for an installed suite. Sourced by ./muster and install.sh.

# Shared by every JVM of the suite. Compact headers and the serial collector keep a daemon small; C1 alone starts fastest.
java_common="-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -XX:-UsePerfData -XX:+IgnoreUnrecognizedVMOptions --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"

# java_options KIND CACHE: the options for one kind of command.
java_options() {
    case $1 in
        tool) echo "$java_common -XX:TieredStopAtLevel=1 -Xmx48m -Xlog:disable -Xlog:all=off -XX:AOTCache=$2" ;;
        daemon) echo "$java_common -XX:TieredStopAtLevel=1 -Xms8m -Xmx64m -Xss256k -XX:MaxMetaspaceSize=64m -XX:ReservedCodeCacheSize=24m -XX:+ExitOnOutOfMemoryError -Xlog:disable -XX:AOTCache=$2" ;;
        work) echo "$java_common -Xmx1g" ;;
    esac
}

# cache_of KIND NAME: tools share one cache, because they load nearly the same classes; each daemon has its own.
cache_of() { case $1 in tool) echo tools.aot ;; *) echo "$2.aot" ;; esac; }

# Copies agents and data that daemons look for: DIR/share/cluster (resource agents), DIR/sbin (fence agents).
lay_out_share() { # source home, target
    local agents
    mkdir -p "$2/share/cluster" "$2/share/demo" "$2/sbin"
    for agents in "$1"/rgmanager/src/main/agents "$1"/rgmanager/src/main/resources/agents; do
        [ -d "$agents" ] && cp -rp "$agents/." "$2/share/cluster/"
    done
    [ -d "$1/fence-daemon/src/main/agents" ] && cp -rp "$1/fence-daemon/src/main/agents/." "$2/sbin/"
    [ -d "$1/system-tests/src/main/agents" ] && cp -rp "$1/system-tests/src/main/agents/." "$2/sbin/"
    [ -d "$1/etc/demo" ] && cp -rp "$1/etc/demo/." "$2/share/demo/"
    return 0
}

write_launchers() { # target, java
    local name class kind
    while read -r name class kind; do
        case $name in '' | \#*) continue ;; esac
        {
            echo "#!/bin/sh"
            echo "export MUSTER_HOME=$1 MUSTER_AGENTS=\${MUSTER_AGENTS:-$1/share/cluster} MUSTER_FENCE_PATH=\${MUSTER_FENCE_PATH:-$1/sbin}"
            echo "exec $2 $(java_options "$kind" "$1/cache/$(cache_of "$kind" "$name")") \\"
            echo "  \${MUSTER_JAVA_OPTS-} -Dmuster.home=$(dirname "$1") -cp \"$(class_path "$1")\" $class \"\$@\""
        } >"$1/bin/.$name.new"
        chmod 755 "$1/bin/.$name.new"
        mv "$1/bin/.$name.new" "$1/bin/$name"
    done <"${commands_file:-$home/distribution/commands}"
}

# Sorted, because an AOT cache is good for exactly the class path it was made with.
class_path() { ls "$1"/lib/*.jar | LC_ALL=C sort | tr '\n' ':' | sed 's/:$//'; }

# One training run per cache. A cache that can't be made costs start-up time and nothing else.
train_caches() { # target, java
    local name class kind root cache
    root=$(mktemp -d)
    mkdir -p "$root/etc/cluster" "$root/run/muster" "$root/var/lib/muster" "$root/var/log/cluster"
    rm -f "$1"/cache/*.aot
    while read -r name class kind; do
        case $name in '' | \#*) continue ;; esac
        cache=$1/cache/$(cache_of "$kind" "$name")
        case $kind in
            tool) [ "$name" = clustat ] || continue ;;
            daemon) ;;
            *) continue ;;
        esac
        train "$1" "$2" "$kind" "$cache" "$class" "$root" || echo "muster: no start-up cache for $name: it starts slower" >&2
    done <"${commands_file:-$home/distribution/commands}"
    rm -rf "$root"
}

train() { # target, java, kind, cache, class, root
    local options
    options=$(java_options "$3" none | sed "s|-XX:AOTCache=none|-XX:AOTCacheOutput=$4|")
    MUSTER_ROOT=$6 MUSTER_HOME=$1 timeout 60 "$2" $options -cp "$(class_path "$1")" \
        io.muster.testbed.Training "$3" "$5" >"$4.log" 2>&1 </dev/null || true
    [ -s "$4" ]
}
