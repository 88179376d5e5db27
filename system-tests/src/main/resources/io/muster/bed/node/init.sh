# Pid 1 of a testbed namespace: mounts what a machine of its own would have, hides what belongs to the machine below,
# says its pid as the outside knows it, then holds the namespace until standard input ends. When it dies, however it
# dies, the kernel kills all it held.
# Arguments: host name, file to show as /etc/hosts. The directory `end` beside this file has what stands in for reboot and
# its like.
read -r pid rest </proc/self/stat
fail() {
    echo "init: $1 of $host isn't hidden: nothing runs here" >&2
    exit 1
}

# The device files that programs need; no disk, no watchdog, no console.
own_dev() {
    stage=$(mktemp -d "${0%/*}/dev-XXXXXX") && mount -t tmpfs -o mode=755,size=64m tmpfs "$stage" || return 1
    for device in null zero full random urandom tty; do
        : >"$stage/$device" && mount --bind "/dev/$device" "$stage/$device" || return 1
    done
    mkdir "$stage/pts" "$stage/shm"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$stage/pts" || return 1
    ln -s pts/ptmx "$stage/ptmx"
    ln -s /proc/self/fd "$stage/fd"
    ln -s /proc/self/fd/0 "$stage/stdin"
    ln -s /proc/self/fd/1 "$stage/stdout"
    ln -s /proc/self/fd/2 "$stage/stderr"
    mount --move "$stage" /dev && rmdir "$stage"
}

# What the kernel takes orders by. A fresh /proc or /sys shows it again, so after each.
hide_orders() {
    if [ -e /proc/sysrq-trigger ]; then mount --bind /dev/null /proc/sysrq-trigger || return 1; fi
    for tree in /proc/sys/kernel /proc/sys/vm; do
        mount --bind $tree $tree && mount -o remount,bind,ro,nosuid,nodev,noexec $tree || return 1
    done
    if [ -d /sys/power ]; then mount -t tmpfs -o ro,mode=555 tmpfs /sys/power || return 1; fi
}

host=$1 end=${0%/*}/end
mount --bind "$2" /etc/hosts
hostname "$1" || echo "init: host name not set" >&2
ip link set lo up
# The outermost one ("testbed") keeps the outside's /proc, so that what is inside can say its pid. What it hides stays
# hidden from all that are made inside it.
if [ "$1" = testbed ]; then
    own_dev || fail /dev
    hide_orders || fail /proc
    for tree in /run/dbus /run/systemd; do
        [ ! -d $tree ] || mount -t tmpfs -o ro,mode=555 tmpfs $tree || fail $tree
    done
    for word in reboot poweroff halt shutdown telinit systemctl; do
        for dir in /sbin /bin /usr/sbin /usr/bin; do
            # Several names may be one file, which is then hidden already.
            [ ! -e $dir/$word ] || [ $dir/$word -ef "$end/$word" ] || mount --bind "$end/$word" $dir/$word || fail $dir/$word
        done
    done
else
    mount -t proc proc /proc || fail /proc
    mount -t sysfs sysfs /sys 2>/dev/null || true
    hide_orders || fail /proc
    # Pid files and sockets of one machine are no business of another.
    mount -t tmpfs -o mode=755 tmpfs /run || fail /run
    mount -t tmpfs -o mode=1777 tmpfs /dev/shm || fail /dev/shm
fi
echo "$pid"
# Orphans become our children; with SIGCHLD ignored the kernel reaps them. PWR is the word of those who would turn the
# machine off from inside.
exec perl -e '$SIG{CHLD} = "IGNORE"; $SIG{PWR} = sub { exit 0 }; 1 while sysread STDIN, my $octets, 512'
