# The guest's second stage, in the overlay: makes what the job asks for, runs its command, leaves the status.
source /run/lab/job
i=0
for share in "${shares[@]}"; do
    mkdir -p "$share"
    case $engine in
        tcg) mount -t 9p share$i "$share" -o trans=virtio,version=9p2000.L,msize=262144,cache=none ;;
        uml) mount -t hostfs none "$share" -o "$share" ;;
    esac
    i=$((i + 1))
done
hostname lab
ip link set lo up
if [ $engine = tcg ]; then
    [ $nics -eq 0 ] || modprobe virtio_net
    [ $disks -eq 0 ] || modprobe virtio_blk
fi
for ((i = 0; i < nics; i++)); do
    [ $engine = tcg ] || ip link set vec$i name eth$i
    for ((n = 0; n < 100; n++)); do [ ! -e /sys/class/net/eth$i ] || break; sleep 0.05; done
done
letters=abcdefghijkl
for ((i = 0; i < disks; i++)); do
    case $engine in tcg) disk=vd${letters:i:1} ;; uml) disk=ubd${letters:i:1} ;; esac
    for ((n = 0; n < 100; n++)); do [ ! -b /dev/$disk ] || break; sleep 0.05; done
    ln -s $disk /dev/lab$i
done
for module in $modules; do modprobe "$module" || echo "muster: lab: no module $module" >&2; done
cd "$cwd" 2>/dev/null || cd /
(unset engine modules cwd nics disks shares share module letters disk i n; exec "${command[@]}")
echo $? >/run/lab/status
