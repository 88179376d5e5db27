# Runs in a guest: what every lab test takes for granted. Arguments: a JDK's home, the directory the guest was started from.
jdk=$1 from=$2
failed=0
fact() { # name, command that must succeed
    local name=$1 said
    shift
    if said=$("$@" 2>&1); then
        echo "ok $name $(printf %s "$said" | tail -n 1)"
    else
        echo "not ok $name status $?: $said"
        failed=1
    fi
}

here() { [ "$PWD" = "$from" ] && echo "$PWD"; }
told() { [ "$LAB_FACT" = "two  words" ] && [ "$(id -u)" = 0 ]; }
ipvs() { grep 'IP Virtual Server' /proc/net/ip_vs; }
modules() { lsmod | grep '^ip_vs_rr'; }
overlay() { echo here >"$from/lab-was-here" && [ "$(cat "$from/lab-was-here")" = here ]; }
scheduler() { ipvsadm -A -t 192.0.2.1:80 -s sed && ipvsadm -Ln | grep -F 192.0.2.1:80 && ipvsadm -C; }
namespaces() {
    ip netns add a && ip netns add b && ip link add va netns a type veth peer name vb netns b &&
        ip -n a addr add 192.0.2.1/24 dev va && ip -n b addr add 192.0.2.2/24 dev vb &&
        ip -n a link set va up && ip -n b link set vb up && ip netns exec b ip neigh flush dev vb &&
        ip netns exec a ipvsadm -A -t 192.0.2.1:80 &&
        [ "$(ip netns exec a ipvsadm -Ln | grep -c ^TCP) $(ip netns exec b ipvsadm -Ln | grep -c ^TCP)" = "1 0" ] &&
        ip -n a route get 192.0.2.2
}
delay() { ip netns exec a tc qdisc add dev va root netem delay 50ms loss 1% && ip netns exec a tc qdisc show dev va; }
jvm() { "$jdk/bin/java" -version | head -n 1; }

fact theCommandRunsWhereTheLabWasStarted here
fact environmentReachesTheCommandWhichRunsAsRoot told
fact ipvsIsThere ipvs
fact modulesAskedForAreLoaded modules
fact schedulersLoadOnDemand scheduler
fact ipvsTablesBelongToNamespaces namespaces
fact packetsCanBeDelayedAndLost delay
fact filesOfTheHostSeemWritable overlay
fact aJvmRuns jvm
exit $failed
