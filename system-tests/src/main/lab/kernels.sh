# The kernels and what they need beside them, in the cache: downloaded, unpacked, never installed. Sourced by lab.sh.

uml_package=user-mode-linux
tcg_package=linux-image-amd64

# have_kernel ENGINE: one start makes it, the others wait. A kernel appears in its place at once and whole, after all of it
# was unpacked elsewhere, so that an interrupted download leaves nothing that looks like one.
have_kernel() {
    kernel=$cache/$1
    if ! [ -e "$cache/$1.stamp" ]; then
        exec {lock}>"$cache/lock"
        flock "$lock"
        [ -e "$cache/$1.stamp" ] || fetch "$1"
        exec {lock}>&-
    fi
    if [ "$1" = uml ]; then
        # Fetching needs nothing built.
        [ -n "$only" ] || registers=$(find_registers)
    else
        version=$(basename "$kernel"/lib/modules/*)
        initramfs=$(have_initramfs)
    fi
}

fetch() {
    local package new
    rm -rf "$cache"/new.*
    new=$(mktemp -d "$cache/new.XXXXXXXX")
    case $1 in uml) package=$uml_package ;; tcg) package=$tcg_package ;; esac
    package=$(real_package "$package" "$new")
    echo "muster: lab: downloading $package into $cache" >&2
    unpack "$package" "$new"
    if [ "$1" = tcg ]; then depmod -b "$new/tree" "$(basename "$new"/tree/lib/modules/*)"; fi
    rm -rf "${cache:?}/$1"
    mv "$new/tree" "$cache/$1"
    rm -rf "$new"
    echo "$package" >"$cache/$1.stamp"
}

# apt with the machine's package lists, or, where there are none and nobody is root, with lists of our own.
apt_options=()
own_lists() { # scratch directory
    [ ${#apt_options[@]} -eq 0 ] || return 1
    mkdir -p "$1/apt/lists/partial" "$1/apt/archives/partial"
    apt_options=(-o "Dir::State::lists=$1/apt/lists" -o "Dir::Cache=$1/apt" -o APT::Sandbox::User=)
    timeout 180 apt-get -q "${apt_options[@]}" update >"$1/apt.log" 2>&1
}

# The package that has the files: a meta package's name stands for one with a version in it.
real_package() { # package, scratch directory
    local package=$1 next
    while next=$(LC_ALL=C apt-cache depends "$package" 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1) && [ -n "$next" ]; do
        package=$next
    done
    echo "$package"
}

unpack() { # package, directory: into directory/tree
    mkdir -p "$2/tree"
    (
        cd "$2"
        download() { timeout 600 apt-get -q "${apt_options[@]}" -o APT::Sandbox::User= download "$1" >"$2/apt.log" 2>&1; }
        download "$1" "$2" || { own_lists "$2" && download "$(real_package "$1" "$2")" "$2"; } ||
            { tail -n 3 "$2/apt.log" | sed 's/^/  /' >&2; die "cannot download Debian's package $1"; }
        dpkg-deb -x ./*.deb tree || die "cannot unpack package $1"
    )
}

# Where the build has put what registers.c makes; see there what it is for. Beside this file in the laid out suite.
find_registers() {
    local place
    for place in "$here" "$here/../../../../native/target/c/release"; do
        [ ! -e "$place/registers.so" ] || { readlink -f "$place/registers.so"; return; }
    done
    die "registers.so is missing: ./muster build makes it"
}

# The first files of a guest in QEMU: busybox and the modules without which it can't see this machine's root.
have_initramfs() {
    local made new module action file rest
    made=$cache/initramfs-$(cat "$cache/tcg.stamp" "$here/init" | md5sum | cut -c1-12).gz
    if ! [ -e "$made" ]; then
        new=$(mktemp -d "$cache/new.XXXXXXXX")
        mkdir -p "$new"/tree/{bin,m,proc,sys,dev}
        cp "$(command -v busybox)" "$new/tree/bin/busybox"
        for module in virtio_pci virtio_console virtiofs 9p 9pnet_virtio overlay; do
            while read -r action file rest; do
                [ "$action" = insmod ] && ! [ -e "$new/tree/m/${file##*/}" ] || continue
                cp "$file" "$new/tree/m/"
                echo "${file##*/}" >>"$new/tree/m/order"
            done < <(modprobe -d "$kernel" -S "$version" --show-depends $module)
        done
        cp "$here/init" "$new/tree/init"
        chmod 755 "$new/tree/init"
        (cd "$new/tree" && find . | cpio -o -H newc --quiet | gzip -1) >"$new/made"
        mv "$new/made" "$made"
        rm -rf "$new"
    fi
    echo "$made"
}
