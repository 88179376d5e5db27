# Runs inside fresh user and mount namespaces; $1 is the directory of the agents, $2 an empty directory. The story of a
# file system in memory.
agents=$1
say() { echo "$1: $2"; }
export OCF_RESKEY_name=data OCF_RESKEY_device=data OCF_RESKEY_mountpoint="$2/mnt" OCF_RESKEY_fstype=tmpfs
run() { sh "$agents/fs.sh" "$1" >/dev/null 2>&1; }
run status; say "status before" $?
run stop; say "stop before" $?
run start; say "start" $?
run start; say "start again" $?
OCF_CHECK_LEVEL=20 run status; say "status at depth 20" $?
touch "$2/mnt/file"
(cd "$2/mnt" && exec sleep 60) &
user=$!
for try in 1 2 3 4 5 6 7 8 9 10; do
    [ "$(readlink /proc/$user/cwd)" = "$2/mnt" ] && break
    sleep 0.1
done
OCF_RESKEY_force_unmount=1 run stop; say "stop by force" $?
kill -0 $user 2>/dev/null; say "its user lives" $?
run status; say "status after" $?
OCF_RESKEY_fstype=ext5 run start; say "unknown type" $?
OCF_RESKEY_fstype=ext5 run stop; say "unknown type, stop" $?
OCF_RESKEY_mountpoint=mnt run stop; say "no place, stop" $?
# /dev/null is ours, something else is mounted there.
touch "$2/file" "$2/ours" && mount --bind /dev/zero "$2/file"
OCF_RESKEY_fstype=ext4 OCF_RESKEY_device=/dev/null OCF_RESKEY_mountpoint="$2/file" run stop; say "another's, stop" $?
[ -c "$2/file" ]; say "another's is left alone" $?
