# $1 is the directory of the agents, $2 an empty directory. A file system that won't unmount, with programs that only
# write down that they were called: nothing is mounted, and nothing ends.
agents=$1 here=$2
mkdir -p "$here/suite/share/cluster" "$here/suite/bin" "$here/programs"
cp -r "$agents/." "$here/suite/share/cluster/"
program() { # file, what it does
    printf '#!/bin/sh\necho "${0##*/}" "$@" >>"%s/called"\n%s\n' "$here" "$2" >"$1"
    chmod 755 "$1"
}
program "$here/suite/bin/end_machine" 'echo "end_machine: not ended: nobody declared it" >&2; exit 1'
program "$here/programs/findmnt" 'echo /dev/shared'
program "$here/programs/umount" 'exit 32'
for name in sync reboot shutdown poweroff halt systemctl sleep; do program "$here/programs/$name" 'exit 0'; done
PATH=$here/programs:$PATH
export OCF_RESKEY_name=data OCF_RESKEY_device=/dev/shared OCF_RESKEY_mountpoint=/no/data OCF_RESKEY_fstype=ext4
stop() {
    : >"$here/called"
    sh "$here/suite/share/cluster/fs.sh" stop 2>&1
    echo "status $?"
    grep -v -e ^findmnt -e ^sleep "$here/called"
}
echo "without self_fence"
stop
echo "with self_fence"
OCF_RESKEY_self_fence=1 stop
echo "without our program"
rm "$here/suite/bin/end_machine"
OCF_RESKEY_self_fence=1 stop | grep -v "not found"
