# Roots of foreign servers, in the cache: packages downloaded and unpacked, never installed on this machine. Sourced by
# lab.sh; which there are, and of what packages: roots/NAME.
#
#   unpack PACKAGE...      the packages and all they depend on, unpacked: laid over a node's or a guest's own root, which
#                          has the rest. No maintainer script has run.
#   bootstrap PACKAGE...   a Debian of its own, made by mmdebstrap: all scripts have run in it. Takes root.

root_names() { (cd "$here/roots" && echo *); }

root_kind() { sed 's/#.*//' "$here/roots/$1" | tr '\n' ' ' | { read -r kind rest; echo "$kind"; }; }

# have_root NAME: makes it if it isn't there, and says where. One makes it, the others wait; it appears at once and whole.
# The place is named after all that it is made of, so another list is another root.
have_root() {
    local kind packages release tree lock
    [[ $1 =~ ^[a-z0-9-]+$ ]] && [ -f "$here/roots/$1" ] || die "no root \"$1\": there are $(root_names)"
    read -r kind packages < <(sed 's/#.*//' "$here/roots/$1" | tr '\n' ' '; echo)
    release=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
    [ -n "$release" ] && command -v dpkg >/dev/null || die "no root $1: its packages are Debian's, and this isn't one"
    tree=$cache/roots/$1-$(printf '%s\n' 1 "$kind" "$packages" "$release" "$(dpkg --print-architecture)" | md5sum | cut -c1-12)
    if ! [ -d "$tree" ]; then
        mkdir -p "$cache/roots"
        exec {lock}>"$cache/roots/.lock-$1"
        flock "$lock"
        [ -d "$tree" ] || make_root "$1" "$kind" "$packages" "$release" "$tree"
        exec {lock}>&-
    fi
    echo "$tree"
}

make_root() { # name, kind, packages, release, place
    local new
    # What somebody left who was ended while he held the lock.
    rm -rf "$cache/roots/.new-$1".*
    new=$(mktemp -d "$cache/roots/.new-$1.XXXXXXXX")
    echo "muster: lab: making the root $1 ($3) in $cache/roots" >&2
    case $2 in
        unpack) unpack_root "$3" "$new" ;;
        bootstrap) bootstrap_root "$3" "$4" "$new" ;;
        *) die "roots/$1: unpack or bootstrap, not \"$2\"" ;;
    esac
    mv "$new/tree" "$5"
    rm -rf "$new"
}

# apt is told that nothing is installed, and so brings all that the packages need.
unpack_root() { # packages, scratch directory
    local one
    mkdir -p "$2"/apt/archives/partial "$2"/tree/usr/{bin,sbin,lib}
    : >"$2/status"
    # As every Debian has them, so that the tree can be laid over one.
    for one in bin sbin lib; do ln -s usr/$one "$2/tree/$one"; done
    [ ! -L /lib64 ] || { mkdir "$2/tree/usr/lib64" && ln -s usr/lib64 "$2/tree/lib64"; }
    download_all() {
        # shellcheck disable=SC2086
        timeout 600 apt-get -y -q "${apt_options[@]}" -o "Dir::State::status=$2/status" -o "Dir::State::extended_states=$2/extended" \
            -o "Dir::Cache::archives=$2/apt/archives" -o "Dir::Cache::pkgcache=$2/apt/pkgcache.bin" -o "Dir::Cache::srcpkgcache=" \
            -o APT::Install-Recommends=no -o Debug::NoLocking=1 -o APT::Sandbox::User= \
            --download-only install $1 >"$2/apt.log" 2>&1
    }
    download_all "$1" "$2" || { own_lists "$2" && download_all "$1" "$2"; } ||
        { tail -n 3 "$2/apt.log" | sed 's/^/  /' >&2; die "cannot download Debian's packages $1"; }
    for one in "$2"/apt/archives/*.deb; do
        # dpkg -x would put a directory in the place of the links above.
        dpkg-deb --fsys-tarfile "$one" | tar -C "$2/tree" --keep-directory-symlink -xpf - || die "cannot unpack ${one##*/}"
    done
    rm -rf "$2"/tree/usr/share/{doc,man,locale}
}

bootstrap_root() { # packages, release, scratch directory
    [ "$(id -u)" -eq 0 ] || die "a Debian of its own is made by root only"
    need_packages lab-roots 2
    TMPDIR=$3 timeout 900 mmdebstrap --quiet --mode=root --variant=minbase --include="$(echo $1 | tr ' ' ,)" \
        --aptopt='APT::Sandbox::User "root"' --aptopt='Acquire::Languages "none"' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        "$2" "$3/tree" >"$3/log" 2>&1 || { tail -n 3 "$3/log" | sed 's/^/  /' >&2; die "mmdebstrap failed"; }
    rm -rf "$3"/tree/var/cache/apt/* "$3"/tree/var/lib/apt/lists/*
}

# All roots, or those named; what can't be had is named and doesn't keep the others from being made.
make_roots() {
    local name status=0
    for name in "$@"; do (have_root "$name" >/dev/null) || status=2; done
    return $status
}
