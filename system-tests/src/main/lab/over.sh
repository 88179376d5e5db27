# over.sh TREE: lays a cached root over that of the node whose mount namespace this runs in: what TREE has is there then,
# beside all that was there before. What was mounted below (the node's own hosts file, masks) stays in front. What is
# written later stays in memory and goes with the node.
set -eu
tree=$1
[ -d "$tree/usr" ] || { echo "over.sh: no tree $tree" >&2; exit 1; }
room=/run/over
mkdir -p $room
mount -t tmpfs -o mode=755 tmpfs $room
# Mount points below a directory, outermost first. Read before anything is changed.
below() { awk -v top="$1/" 'index($5, top) == 1 { print $5 }' /proc/self/mountinfo; }
for top in usr etc var; do
    [ -d "$tree/$top" ] || continue
    mkdir -p $room/$top/upper $room/$top/work $room/$top/new
    lower=/$top
    # What is small is copied: an overlay's layer can't lie in another layer, as a cache below /var would.
    if [ $top = usr ]; then lower=$tree/usr:/usr; else cp -a "$tree/$top/." $room/$top/upper/; fi
    options=lowerdir=$lower,upperdir=$room/$top/upper,workdir=$room/$top/work
    mount -t overlay overlay -o "$options" $room/$top/new 2>/dev/null ||
        mount -t overlay overlay -o "$options,userxattr" $room/$top/new
    # What ends a machine is the node's own, which ends only the node; never the tree's.
    for word in sbin/reboot sbin/poweroff sbin/halt sbin/shutdown sbin/telinit bin/systemctl; do
        if [ $top = usr ] && [ -e "$tree/usr/$word" ]; then
            rm -f $room/usr/new/$word
            [ ! -e /usr/$word ] || cp -L /usr/$word $room/usr/new/$word
        fi
    done
    for point in $(below /$top); do
        if [ -d "$point" ]; then mkdir -p "$room/$top/new${point#/$top}"; elif [ ! -e "$room/$top/new${point#/$top}" ]; then : >"$room/$top/new${point#/$top}"; fi
        mount --bind "$point" "$room/$top/new${point#/$top}"
    done
    mount --rbind $room/$top/new /$top
done
