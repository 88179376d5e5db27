# Holds a machine of systemd-nspawn(1) for as long as standard input stays open. Run by its own pid namespace's first
# process, in a mount, network and host name namespace of its own: what it mounts and makes goes with it, however it ends.
# Arguments: name, directory of ours, lower layers of its root, topmost first and with colons between, address
set -e
name=$1 dir=$2 layers=$3 address=$4
exec 3<&0
mount --make-rprivate /
# What systemd-nspawn leaves below /run is nobody's, nor is anything of this machine's there for it to find.
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p "$dir/journal" "$dir/machine"
mount -t tmpfs -o mode=755 tmpfs "$dir/machine"
mkdir "$dir/machine/upper" "$dir/machine/work" "$dir/machine/tree"
mount -t overlay overlay -o "lowerdir=$layers,upperdir=$dir/machine/upper,workdir=$dir/machine/work" "$dir/machine/tree"
mkdir -p "$dir/machine/tree/etc/systemd" "$dir/machine/tree/var/log/journal"
printf '[Journal]\nStorage=persistent\nSystemMaxUse=32M\n' >"$dir/machine/tree/etc/systemd/journald.conf"
printf '127.0.0.1 localhost\n%s %s\n' "$address" "$name" >"$dir/machine/tree/etc/hosts"
echo "$name" >"$dir/machine/tree/etc/hostname"
rm -f "$dir/machine/tree/etc/machine-id"
if [ -d "$dir/files" ]; then cp -a "$dir/files/." "$dir/machine/tree/"; fi
ip link set lo up
ip addr add "$address/24" dev lo
systemd-nspawn --quiet -D "$dir/machine/tree" --boot "--machine=$name" "--hostname=$name" --register=no --keep-unit \
    --network-namespace-path=/proc/self/ns/net "--bind=$dir/journal:/var/log/journal" --console=pipe </dev/null 3<&- &
machine=$!
trap 'exit 1' TERM
# When this shell ends, the kernel ends all else: it is the first process of its namespace.
(cat <&3 >/dev/null; kill -TERM $$) &
wait $machine
