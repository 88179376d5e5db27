# Pid 1 of a testbed namespace: mounts what a machine of its own would have, says its pid as the outside knows it, then
# holds the namespace until standard input ends. When it dies, however it dies, the kernel kills all it held.
# Arguments: host name, file to show as /etc/hosts
read -r pid rest </proc/self/stat
mount --bind "$2" /etc/hosts
hostname "$1" || echo "init: host name not set" >&2
ip link set lo up
# The outermost one ("testbed") keeps the outside's /proc, so that what is inside can say its pid.
if [ "$1" != testbed ]; then
    mount -t proc proc /proc || echo "init: no own /proc" >&2
    mount -t sysfs sysfs /sys 2>/dev/null || true
    # Pid files and sockets of one machine are no business of another.
    mount -t tmpfs -o mode=755 tmpfs /run
fi
echo "$pid"
# Orphans become our children; with SIGCHLD ignored the kernel reaps them.
exec perl -e '$SIG{CHLD} = "IGNORE"; 1 while sysread STDIN, my $octets, 512'
