# Runs in a guest: what the director relies on the kernel's IPVS (and its addresses) to do, shown with nothing of ours, so
# that another kernel that does it differently is known by name. A client, two directors, two real servers, one LAN.
set -u
failed=0
work=$(mktemp -d)
on() { local host=$1; shift; ip netns exec "$host" "$@"; }

until_true() { # seconds, command: waits until it succeeds
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.1
    done
}

fact() { # name, function
    local said began=$SECONDS
    if said=$("$2" 2>&1); then
        echo "ok $1 $(tail -n 1 <<<"$said")"
    else
        echo "not ok $1 $(tail -n 1 <<<"$said")"
        sed 's/^/# /' <<<"$said"
        failed=1
    fi
}

site() {
    local n
    modprobe -a ip_vs ip_vs_rr veth bridge
    ip link add name lan type bridge stp_state 0 mcast_snooping 0
    ip link set lan up
    for n in client:10.2.0.100 first:10.2.0.1 second:10.2.0.2 one:10.2.0.11 two:10.2.0.12; do
        ip netns add "${n%:*}"
        ip link add name "${n%:*}" type veth peer name eth0 netns "${n%:*}"
        ip link set dev "${n%:*}" master lan up
        ip -n "${n%:*}" link set lo up
        ip -n "${n%:*}" link set eth0 up
        ip -n "${n%:*}" addr add "${n#*:}/24" dev eth0
    done
    for n in one two; do
        on $n sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
        serve $n
    done
}

# Answers each line with its name.
serve() {
    on "$1" perl -MIO::Socket::INET -MIO::Select -e '
        my ($name, %of) = @ARGV;
        my $door = IO::Socket::INET->new(LocalPort => 80, Listen => 128, ReuseAddr => 1) or die "$name: $!";
        my $all = IO::Select->new($door);
        while (my @ready = $all->can_read) {
            for my $s (@ready) {
                if ($s == $door) { $all->add($door->accept); next }
                my $got = sysread $s, my $line, 4096;
                if ($got) { syswrite $s, "$name\n" } else { $all->remove($s); close $s }
            }
        }' "$1" </dev/null >/dev/null 2>"$work/$1.err" &
    until_true 10 on "$1" grep -q ':0050 .* 0A ' /proc/net/tcp
}

# A virtual address of a fact's own: connections outlive the service they came through.
fresh() { # last octet
    local n
    vip=10.2.0.$1
    tell close >/dev/null
    ip -n first addr add $vip/32 dev eth0
    for n in one two; do ip -n $n addr add $vip/32 dev lo; done
    on first ipvsadm -A -t $vip:80 -s rr
    on first ipvsadm -a -t $vip:80 -r 10.2.0.11:80 -g
    on first ipvsadm -a -t $vip:80 -r 10.2.0.12:80 -g
}

# A client that holds connections open. It is told "open N ADDRESS", "say N" (a line on the first N; it answers who answered
# how often), "close".
clients() {
    coproc HOLD {
        on client perl -MIO::Socket::INET -e '
            $| = 1;
            my @open;
            while (my ($word, $n, $address) = split " ", <STDIN> // "") {
                my %who;
                if ($word eq "open") {
                    for (1 .. $n) {
                        my $s = IO::Socket::INET->new(PeerAddr => $address, PeerPort => 80, Timeout => 10);
                        if ($s) { push @open, $s } else { $who{"refused"}++ }
                    }
                } elsif ($word eq "say") {
                    for my $s (@open[0 .. $n - 1]) {
                        local $SIG{ALRM} = sub { die "late\n" };
                        my $line = eval { alarm 10; syswrite $s, "x\n"; my $l = <$s>; alarm 0; $l } // "silence";
                        chomp $line;
                        $who{$line}++;
                    }
                } else { @open = () }
                print join(" ", "done", map { "$_=$who{$_}" } sort keys %who), "\n";
            }'
    }
    exec 7<&"${HOLD[0]}" 8>&"${HOLD[1]}"
}

tell() { # words: what the client is told; prints its answer
    local answer
    echo "$*" >&8
    read -r -t 60 answer <&7 || answer=nothing
    echo "$answer"
}

connections() { on "$1" ipvsadm -Lnc | grep -c "^TCP.* $vip:80 " || true; }
has() { [ "$(connections "$1")" = "$2" ]; }
daemons() { # role of first, role of second; none stops
    local host role
    for host in first second; do
        on $host ipvsadm --stop-daemon master 2>/dev/null
        on $host ipvsadm --stop-daemon backup 2>/dev/null
        role=$1
        shift
        [ "$role" = none ] || on $host ipvsadm --start-daemon "$role" --mcast-interface eth0 --syncid 7
    done
}
# Each function below is one fact. Where something must not happen, something later on the same way is waited for first.

handshakes() {
    local count
    fresh 51
    daemons master backup
    tell open 20 $vip
    [ "$(connections first)" = 20 ] || { echo "the active director has $(connections first)"; return 1; }
    tell say 10
    until_true 20 has second 10 || { echo "after 10 of 20 spoke the backup has $(connections second)"; return 1; }
    echo "20 opened, 10 of them spoke: the backup knows 10"
}

threshold() {
    fresh 52
    on first sysctl -qw 'net.ipv4.vs.sync_threshold=2 50'
    tell open 20 $vip
    until_true 20 has second 20 || { echo "the backup has $(connections second) of 20"; return 1; }
    echo "sync_threshold 2 50: 20 opened, none spoke, the backup knows 20"
}

late() {
    fresh 53
    daemons master none
    tell open 10 $vip
    daemons master backup
    tell open 1 $vip
    until_true 20 has second 1 || { echo "the late backup has $(connections second)"; return 1; }
    echo "10 opened before the backup came, 1 after: it knows 1"
}

backup_only() {
    local before after
    serve second
    ip -n client route add 10.9.9.9/32 via 10.2.0.2
    ip -n second addr add 10.9.9.9/32 dev lo
    on second ipvsadm -A -t 10.9.9.9:80
    on second ipvsadm -a -t 10.9.9.9:80 -r 10.2.0.11:80 -g
    ip -n one addr add 10.9.9.9/32 dev lo
    asked() { on client timeout 10 bash -c 'exec 3<>/dev/tcp/10.9.9.9/80; echo x >&3; head -n 1 <&3'; }
    on second sysctl -qw net.ipv4.vs.backup_only=0
    before=$(asked)
    on second sysctl -qw net.ipv4.vs.backup_only=1
    after=$(asked)
    [ "$before $after" = "one second" ] || { echo "answered by $before, then by $after"; return 1; }
    echo "a backup forwards; with backup_only it answers itself"
}

quiesced() {
    local first second
    fresh 54
    daemons none none
    on first ipvsadm -E -t $vip:80 -s rr -p 300
    tell open 1 $vip >/dev/null
    first=$(tell say 1)
    case $first in *one=*) first=10.2.0.11 ;; *) first=10.2.0.12 ;; esac
    on first ipvsadm -e -t $vip:80 -r $first:80 -g -w 0
    on first sysctl -qw net.ipv4.vs.expire_quiescent_template=0
    tell open 1 $vip >/dev/null
    second=$(tell say 2)
    [[ $second == *=2 ]] || { echo "without expire_quiescent_template: $second"; return 1; }
    on first sysctl -qw net.ipv4.vs.expire_quiescent_template=1
    tell open 1 $vip >/dev/null
    second=$(tell say 3)
    [[ $second == *=1* && $second == *=2* ]] || { echo "with expire_quiescent_template: $second"; return 1; }
    echo "a persistent client stays with a server of weight 0, with expire_quiescent_template only its open connections do"
}

lifetime() {
    local i
    ip -n first addr add 10.2.0.77/32 dev eth0 valid_lft 3 preferred_lft 3
    held() { ip -n first addr show dev eth0 | grep -q 10.2.0.77; }
    lost() { ! held; }
    for i in 1 2 3 4 5; do
        sleep 1
        ip -n first addr change 10.2.0.77/32 dev eth0 valid_lft 3 preferred_lft 3
    done
    held || { echo "gone although it was refreshed each second"; return 1; }
    until_true 10 lost || { echo "still there 10 s after the last refresh"; return 1; }
    echo "an address of 3 s stays while refreshed, and goes by itself"
}

site
clients
fact syncSendsNothingForAHandshakeAlone handshakes
fact syncThresholdOfTwoSendsHandshakes threshold
fact aLateBackupHearsNothingOfIdleConnections late
fact backupOnlyKeepsABackupFromForwarding backup_only
fact quiescedServersKeepPersistentClientsUnlessTold quiesced
fact addressesWithALifetimeGoByThemselves lifetime
exit $failed
