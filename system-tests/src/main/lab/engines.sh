# How a guest is booted. Sourced by lab.sh; each boot_ENGINE runs in a process of its own, which becomes the
# guest's and is told to end when lab.sh was killed.

boot_uml() {
    local i arguments=(
        "mem=${memory}M" root=/dev/root rootfstype=hostfs rootflags=/ ro quiet "init=$dir/init" con=null con0=fd:0,fd:1
        ssl=null ssl0=null,fd:5 umid=u "uml_dir=$dir/" "lab_job=$dir" "lab_modules=$kernel/usr/lib/uml/modules"
    )
    for i in ${!taps[@]}; do arguments+=("vec$i:transport=tap,ifname=${taps[i]},depth=128,mac=$(mac "${taps[i]}")"); done
    [ -z "$root" ] || arguments+=("lab_root=$root")
    # s: every write at once; c: the image is shared.
    for i in ${!disks[@]}; do arguments+=("ubd${i}sc=${disks[i]}"); done
    exec setpriv --pdeathsig TERM env -i LD_PRELOAD="$registers" TMPDIR="$(room_for_memory)" PATH="$PATH" taskset -c "$(own_cpu)" \
        timeout -k 5 "$limit" "$kernel/usr/bin/linux.uml" "${arguments[@]}" 5>&"$out" {out}>&- >"$dir/console" 2>&1 </dev/null
}

# The guest's memory is a file: in memory, if a file system there has the room and may be executed from.
room_for_memory() {
    local place
    for place in /dev/shm /tmp; do
        if [ -w $place ] && [ "$(df -m --output=avail $place | tail -n 1)" -gt "$memory" ] && ! findmnt -nT $place -o OPTIONS | grep -qw noexec; then
            echo $place
            return
        fi
    done
    echo "$dir"
}

# A system call in user-mode Linux is a switch between two processes of the host, four times dearer when they sit on
# different CPUs. So a guest stays on one: the one with the fewest guests.
own_cpu() {
    local allowed best= least= one count turn
    allowed=$(taskset -cp $$ | sed 's/.*: //' | tr , '\n' | while IFS=- read -r from to; do seq "$from" "${to:-$from}"; done)
    exec {turn}>"$cache/run/.turn"
    flock "$turn"
    for one in $allowed; do
        count=$(grep -lsx "$one" "$cache"/run/*/cpu | wc -l)
        if [ -z "$least" ] || [ "$count" -lt "$least" ]; then least=$count best=$one; fi
    done
    echo "$best" >"$dir/cpu"
    exec {turn}>&-
    echo "$best"
}

boot_tcg() {
    local i arguments=(
        -accel tcg,thread=multi -smp "$cpus" -cpu max -m "$memory" -nodefaults -no-user-config -display none -no-reboot
        -kernel "$kernel/boot/vmlinuz-$version" -initrd "$initramfs"
        -append "console=ttyS0 quiet mitigations=off panic=-1 lab_job=$dir lab_modules=$kernel/lib/modules lab_root=$root"
        -serial "file:$dir/console" -device virtio-serial-pci
        -chardev "file,id=out,path=/dev/fd/5,append=on" -device virtserialport,chardev=out,name=out
        -object "memory-backend-memfd,id=mem,size=${memory}M,share=on" -numa node,memdev=mem
        -fsdev "local,id=job,path=$dir,security_model=none" -device virtio-9p-pci,fsdev=job,mount_tag=job
    )
    for i in ${!shares[@]}; do
        arguments+=(-fsdev "local,id=s$i,path=${shares[i]},security_model=none" -device "virtio-9p-pci,fsdev=s$i,mount_tag=share$i")
    done
    for i in ${!taps[@]}; do
        arguments+=(-netdev "tap,id=n$i,ifname=${taps[i]},script=no,downscript=no")
        arguments+=(-device "virtio-net-pci,netdev=n$i,mac=$(mac "${taps[i]}"),romfile=")
    done
    for i in ${!disks[@]}; do
        arguments+=(-blockdev "driver=file,filename=${disks[i]},node-name=d$i,locking=off,cache.direct=on,aio=threads")
        arguments+=(-device "virtio-blk-pci,drive=d$i,share-rw=on")
    done
    [ -z "$root" ] || arguments+=(-fsdev "local,id=over,path=$root,security_model=none,readonly=on,multidevs=remap" -device virtio-9p-pci,fsdev=over,mount_tag=over)
    share_root
    exec setpriv --pdeathsig TERM timeout -k 5 "$limit" qemu-system-x86_64 "${arguments[@]}" 5>&"$out" {out}>&- 2>"$dir/errors" </dev/null
}

# The root comes by virtiofs, which a JVM maps its files from far faster than over 9p. virtiofsd insists on being root;
# whoever isn't has 9p.
share_root() {
    local daemon i
    if [ "$(id -u)" -ne 0 ]; then
        arguments+=(-fsdev "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap")
        arguments+=(-device virtio-9p-pci,fsdev=root,mount_tag=root)
        return
    fi
    for daemon in /usr/lib/qemu/virtiofsd /usr/libexec/virtiofsd; do [ ! -x $daemon ] || break; done
    case $daemon in
        */qemu/*) set -- -o source=/ -o cache=always -o sandbox=chroot ;;
        *) set -- --shared-dir=/ --cache=always --sandbox=chroot ;;
    esac
    # It ends with the guest, which is the only one to connect to it.
    setpriv --pdeathsig TERM $daemon --socket-path="$dir/root" "$@" >"$dir/virtiofsd" 2>&1 {out}>&- </dev/null &
    for i in $(seq 100); do
        [ -S "$dir/root" ] && break
        sleep 0.05
    done
    if ! [ -S "$dir/root" ]; then
        cp "$dir/virtiofsd" "$dir/errors"
        exit 125
    fi
    arguments+=(-chardev "socket,id=root,path=$dir/root" -device vhost-user-fs-pci,chardev=root,tag=root)
}

mac() { printf '02:%s' "$(printf %s "$1" | md5sum | sed 's/\(..\)\(..\)\(..\)\(..\)\(..\).*/\1:\2:\3:\4:\5/')"; }
