# Runs inside fresh user, network and mount namespaces; $1 is the directory of the agents. One story of an address on a
# link with a neighbour in another namespace; each line says what came of a step.
agents=$1
say() { echo "$1: $2"; }
ip link add here type veth peer name there
unshare -n sleep 60 &
neighbour=$!
trap 'kill $neighbour' EXIT
# The new namespace exists once it differs from ours.
for try in 1 2 3 4 5 6 7 8 9 10; do
    [ "$(readlink /proc/$neighbour/ns/net)" != "$(readlink /proc/$$/ns/net)" ] && break
    sleep 0.1
done
ip link set there netns $neighbour
over() { nsenter -t $neighbour -n "$@"; }
ip addr add 10.77.0.1/24 dev here
ip addr add fd77::1/64 dev here nodad
ip link set here up
over ip addr add 10.77.0.2/24 dev there
over ip addr add fd77::2/64 dev there nodad
over ip link set there up
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    case "$(ip -o -6 addr show dev here)$(over ip -o -6 addr show dev there)" in
        *tentative*) sleep 0.1 ;;
        *) break ;;
    esac
done
agent() {
    address=$1
    shift
    OCF_RESKEY_address=$address sh "$agents/ip.sh" "$@" >/tmp/muster-ip-story.$$ 2>&1
}
for address in 10.77.0.100 10.77.0.100/24 fd77::100; do
    agent $address status; say "$address status before" $?
    agent $address start; say "$address start" $?
    agent $address start; say "$address start again" $?
    agent $address status; say "$address status" $?
    OCF_CHECK_LEVEL=10 agent $address status; say "$address status at depth 10" $?
    agent $address stop; say "$address stop" $?
    agent $address stop; say "$address stop again" $?
done
# A move that follows a start at once: the late announcement of the first owner must not look like a duplicate.
agent 10.77.0.101 start
agent 10.77.0.101 stop
sleep 0.25
over perl "$agents/utils/neighbour" probe there 10.77.0.101 300 >/dev/null; say "somebody claims it after its stop" $?
agent 10.77.0.2 start; say "taken" $?
agent fd77::2 start; say "taken, IPv6" $?
agent 10.99.0.1 start; say "no such network" $?
agent 10.77.0.100/16 start; say "wrong prefix" $?
agent 10.77.0.1oo start; say "no address" $?
agent 10.77.0.1oo stop; say "no address, stop" $?
agent 10.77.0.100/33 start; say "no prefix" $?
agent 10.77.0.100/ start; say "empty prefix" $?
OCF_RESKEY_family=ipv4 agent 10.77.0.100 start; say "no family" $?
OCF_RESKEY_prefer_interface=none agent 10.77.0.100 start; say "no such device" $?
grep -c 'there is no device none (prefer_interface)' /tmp/muster-ip-story.$$
agent 10.77.0.100 start; say "start for the link" $?
over ip link set there down
agent 10.77.0.100 status; say "link down" $?
rm -f /tmp/muster-ip-story.$$
