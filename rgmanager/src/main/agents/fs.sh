#!/bin/sh
# A file system on a device that only one node mounts at a time.
. "${0%/*}/utils/ocf"

metadata() {
    cat <<'XML'
<?xml version="1.0"?>
<resource-agent name="fs" version="rgmanager 2.0">
  <version>1.0</version>
  <longdesc lang="en">A file system mounted on one node at a time.</longdesc>
  <shortdesc lang="en">Defines a file system mount.</shortdesc>
  <parameters>
    <parameter name="name" primary="1"><content type="string"/></parameter>
    <parameter name="mountpoint" unique="1" required="1"><content type="string"/></parameter>
    <parameter name="device" unique="1" required="1"><content type="string"/></parameter>
    <parameter name="fstype"><content type="string"/></parameter>
    <parameter name="force_unmount"><content type="boolean" default="0"/></parameter>
    <parameter name="quick_status"><content type="boolean" default="0"/></parameter>
    <parameter name="self_fence"><content type="boolean" default="0"/></parameter>
    <parameter name="force_fsck"><content type="boolean" default="0"/></parameter>
    <parameter name="options"><content type="string"/></parameter>
    <parameter name="fsid"><content type="string"/></parameter>
    <parameter name="nfslock" inherit="service%nfslock"><content type="boolean"/></parameter>
    <parameter name="nfsrestart"><content type="boolean" default="0"/></parameter>
    <parameter name="use_findmnt"><content type="boolean" default="1"/></parameter>
  </parameters>
  <actions>
    <action name="start" timeout="900"/>
    <action name="stop" timeout="30"/>
    <action name="status" interval="1m" timeout="10"/>
    <action name="status" depth="10" timeout="30" interval="30s"/>
    <action name="status" depth="20" timeout="30" interval="1m"/>
    <action name="monitor" interval="1m" timeout="10"/>
    <action name="meta-data" timeout="5"/>
    <action name="validate-all" timeout="5"/>
  </actions>
  <special tag="rgmanager">
    <attributes maxinstances="1"/>
    <child type="fs" start="1" stop="3"/>
    <child type="clusterfs" start="1" stop="3"/>
    <child type="nfsexport" start="3" stop="1"/>
  </special>
</resource-agent>
XML
}

device=${OCF_RESKEY_device-}
mountpoint=${OCF_RESKEY_mountpoint-}
[ "$mountpoint" = / ] || mountpoint=${mountpoint%/}
options=${OCF_RESKEY_options-}

verify() {
    [ -n "$device" ] || fail $OCF_ERR_ARGS "no device given"
    case $mountpoint in
        /?*) ;;
        *) fail $OCF_ERR_ARGS "'$mountpoint' is not a place to mount at" ;;
    esac
    case ${OCF_RESKEY_fstype-} in
        '' | ext2 | ext3 | ext4 | btrfs | jfs | xfs | reiserfs | vfat | vxfs | tmpfs | auto) ;;
        *) fail $OCF_ERR_ARGS "file system type '$OCF_RESKEY_fstype' is not supported" ;;
    esac
}

# What has no effect is said where it would have had one.
tell_no_effect() {
    for name in nfslock nfsrestart; do
        eval "value=\${OCF_RESKEY_$name-0}"
        yes "$value" && ocf_log warning "$name has no effect: NFS isn't looked after"
    done
    case ",$options," in
        *,usrquota,* | *,grpquota,* | *,quota,*) ocf_log warning "quotas aren't switched on here: see quotaon(8)" ;;
    esac
    return 0
}

resolve() {
    case $device in
        LABEL=* | UUID=*)
            device=$(findfs "$device" 2>/dev/null) || fail $OCF_ERR_ARGS "no device is ${OCF_RESKEY_device}"
            ;;
    esac
}

# Prints what is mounted at the mount point, if anything.
mounted() {
    findmnt -rn -o SOURCE --mountpoint "$mountpoint" 2>/dev/null | tail -n 1
}

same_device() {
    [ "$1" = "$device" ] && return 0
    # A loop device stands for its file.
    case $1 in /dev/loop*) [ "$(losetup -n -O BACK-FILE "$1" 2>/dev/null)" = "$device" ] && return 0 ;; esac
    [ -e "$1" ] && [ -e "$device" ] && [ "$(readlink -f "$1")" = "$(readlink -f "$device")" ]
}

check() {
    case ${OCF_RESKEY_fstype-} in
        btrfs | xfs | tmpfs | jfs | vxfs | reiserfs | ext3 | ext4)
            yes "${OCF_RESKEY_force_fsck-0}" || return 0
            ;;
    esac
    [ "${OCF_RESKEY_fstype-}" = tmpfs ] && return 0
    fsck -p "$device"
    [ $? -le 1 ] || fail $OCF_ERR_GENERIC "$device: the file system check found what it can't repair"
}

start() {
    verify
    resolve
    now=$(mounted)
    if [ -n "$now" ]; then
        same_device "$now" && return 0
        fail $OCF_ERR_GENERIC "$mountpoint is in use by $now"
    fi
    if [ "${OCF_RESKEY_fstype-}" != tmpfs ]; then
        [ -e "$device" ] || fail $OCF_ERR_GENERIC "$device does not exist"
        elsewhere=$(findmnt -rn -o TARGET --source "$device" 2>/dev/null | head -n 1)
        [ -z "$elsewhere" ] || fail $OCF_ERR_GENERIC "$device is mounted at $elsewhere"
    fi
    tell_no_effect
    mkdir -p "$mountpoint" || fail $OCF_ERR_GENERIC "can't create $mountpoint"
    check
    set --
    [ -n "${OCF_RESKEY_fstype-}" ] && set -- -t "$OCF_RESKEY_fstype"
    [ -n "$options" ] && set -- "$@" -o "$options"
    for try in 1 2 3; do
        mount "$@" "$device" "$mountpoint" && return 0
        [ $try = 3 ] || sleep 1
    done
    fail $OCF_ERR_GENERIC "can't mount $device at $mountpoint"
}

# Ends whoever has files open below the mount point. fuser isn't on every machine, /proc is.
evict() {
    for entry in /proc/[0-9]*; do
        pid=${entry#/proc/}
        [ "$pid" = $$ ] && continue
        for link in "$entry/cwd" "$entry/root" "$entry/exe" "$entry"/fd/*; do
            case $(readlink "$link" 2>/dev/null) in
                "$mountpoint" | "$mountpoint"/*)
                    ocf_log notice "$mountpoint is in use by process $pid, sending $1"
                    kill -s "$1" "$pid" 2>/dev/null
                    break
                    ;;
            esac
        done
    done
}

# Whether what is mounted there is another device than ours: the administrator's, or another service's. Where that
# can't be told, as when our device is gone, it is ours.
foreign() {
    [ "${OCF_RESKEY_fstype-}" != tmpfs ] || return 1
    case ",$options," in *,bind,* | *,rbind,*) return 1 ;; esac
    case $device in
        LABEL=* | UUID=*) device=$(findfs "$device" 2>/dev/null) || return 1 ;;
    esac
    # Without the directory within the device that is mounted.
    source=${1%%\[*}
    case $source in /*) [ -e "$source" ] || return 1 ;; esac
    [ -e "$device" ] || return 1
    same_device "$source" && return 1
    # A file system on several devices shows any of them.
    id=$(blkid -s UUID -o value "$device" 2>/dev/null)
    [ -z "$id" ] || [ "$id" != "$(findmnt -rn -o UUID --mountpoint "$mountpoint" 2>/dev/null | tail -n 1)" ]
}

stop() {
    # What can't be mounted was never mounted; whatever else is wrong hinders nobody from unmounting.
    case $mountpoint in
        /?*) ;;
        *)
            ocf_log warning "'$mountpoint' is not a place to mount at: nothing to stop"
            return 0
            ;;
    esac
    now=$(mounted)
    [ -n "$now" ] || return 0
    if foreign "$now"; then
        ocf_log warning "$now is mounted at $mountpoint, not $device: left alone"
        return 0
    fi
    sync -f "$mountpoint" 2>/dev/null
    for try in 1 2 3; do
        umount "$mountpoint" 2>&1
        [ -z "$(mounted)" ] && return 0
        if yes "${OCF_RESKEY_force_unmount-0}"; then
            signal=KILL
            [ $try = 1 ] && signal=TERM
            evict $signal
            sleep 0.5
        elif [ $try != 3 ]; then
            sleep 2
        fi
    done
    umount "$mountpoint" 2>&1
    [ -z "$(mounted)" ] && return 0
    if yes "${OCF_RESKEY_self_fence-0}"; then
        end_machine "$mountpoint won't unmount"
    fi
    fail $OCF_ERR_GENERIC "can't unmount $mountpoint"
}

status() {
    verify
    resolve
    now=$(mounted)
    [ -n "$now" ] || fail $OCF_NOT_RUNNING "nothing is mounted at $mountpoint"
    same_device "$now" || [ "${OCF_RESKEY_fstype-}" = tmpfs ] || fail $OCF_NOT_RUNNING "$now is mounted at $mountpoint, not $device"
    yes "${OCF_RESKEY_quick_status-0}" && return 0
    level=${OCF_CHECK_LEVEL:-0}
    if [ "$level" -ge 10 ]; then
        ls "$mountpoint" >/dev/null || fail $OCF_ERR_GENERIC "can't list $mountpoint"
    fi
    if [ "$level" -ge 20 ]; then
        case ",$(findmnt -rn -o OPTIONS --mountpoint "$mountpoint" | tail -n 1)," in
            *,ro,*)
                case ",$options," in *,ro,*) return 0 ;; esac
                fail $OCF_ERR_GENERIC "$mountpoint has become read-only"
                ;;
        esac
        probe=$mountpoint/.writable.$$
        { echo probe >"$probe" && rm -f "$probe"; } || fail $OCF_ERR_GENERIC "can't write to $mountpoint"
    fi
    return 0
}

case $1 in
    meta-data) metadata ;;
    validate-all | verify-all) verify ;;
    start) start ;;
    stop) stop ;;
    status | monitor) status ;;
    *) usage "start|stop|status|validate-all|meta-data" ;;
esac
