#!/bin/sh
# A floating address: added to the device whose network contains it, after asking the neighbours that nobody has it, and
# announced to them.
. "${0%/*}/utils/ocf"
neighbour=${0%/*}/utils/neighbour

metadata() {
    cat <<'XML'
<?xml version="1.0"?>
<resource-agent name="ip" version="rgmanager 2.0">
  <version>1.0</version>
  <longdesc lang="en">An IP address that moves with its service. The device that gets it is the one which already has an address of the same network.</longdesc>
  <shortdesc lang="en">This is an IP address.</shortdesc>
  <parameters>
    <parameter name="address" unique="1" required="1" primary="1"><content type="string"/></parameter>
    <parameter name="family"><content type="string" default="auto"/></parameter>
    <parameter name="monitor_link"><content type="string" default="1"/></parameter>
    <parameter name="sleeptime"><content type="integer" default="0"/></parameter>
    <parameter name="prefer_interface"><content type="string"/></parameter>
    <parameter name="disable_rdisc"><content type="boolean" default="0"/></parameter>
    <parameter name="nfslock" inherit="service%nfslock"><content type="boolean"/></parameter>
  </parameters>
  <actions>
    <action name="start" timeout="20"/>
    <action name="stop" timeout="20"/>
    <action name="status" interval="20" timeout="10"/>
    <action name="status" depth="10" interval="60" timeout="20"/>
    <action name="monitor" interval="20" timeout="10"/>
    <action name="meta-data" timeout="20"/>
    <action name="validate-all" timeout="20"/>
  </actions>
  <special tag="rgmanager">
    <attributes maxinstances="1"/>
    <child type="nfsclient" forbid="1"/>
    <child type="nfsexport" forbid="1"/>
  </special>
</resource-agent>
XML
}

address=${OCF_RESKEY_address-}
bare=${address%/*}
mask=
[ "$bare" = "$address" ] || mask=${address#*/}
case ${OCF_RESKEY_family-auto} in
    inet) family=4 ;;
    inet6) family=6 ;;
    *) case $bare in *:*) family=6 ;; *) family=4 ;; esac ;;
esac

verify() {
    [ -n "$bare" ] || fail $OCF_ERR_ARGS "no address given"
    case $bare in
        *[!0-9a-fA-F.:]*) fail $OCF_ERR_ARGS "'$bare' is not an address" ;;
    esac
    case ${OCF_RESKEY_family-auto} in
        auto | inet | inet6 | '') ;;
        *) fail $OCF_ERR_ARGS "family '$OCF_RESKEY_family' is none of auto, inet, inet6" ;;
    esac
    case $address in
        */*)
            most=$((family == 4 ? 32 : 128))
            case $mask in '' | *[!0-9]* | ????*) fail $OCF_ERR_ARGS "'/$mask' is not a prefix length" ;; esac
            [ "$mask" -le $most ] || fail $OCF_ERR_ARGS "'/$mask' is not a prefix length: $most at most"
            ;;
    esac
    case ${OCF_RESKEY_sleeptime:-0} in
        *[!0-9]*) fail $OCF_ERR_ARGS "sleeptime '$OCF_RESKEY_sleeptime' is not a number of seconds" ;;
    esac
}

# What has no effect is said where it would have had one.
tell_no_effect() {
    yes "${OCF_RESKEY_nfslock-0}" && ocf_log warning "nfslock has no effect: NFS clients aren't told of $bare"
    yes "${OCF_RESKEY_disable_rdisc-0}" && ocf_log debug "disable_rdisc has no effect: rdisc is never used"
    return 0
}

# Prints "device prefix" of the address where it is configured now.
where_now() {
    ip -o "-$family" address show to "$bare/$((family == 4 ? 32 : 128))" 2>/dev/null |
        { read -r _ device _ full _ && echo "$device ${full#*/}"; }
}

link_is_up() {
    case ${OCF_RESKEY_monitor_link-1} in no | No | NO | 0) return 0 ;; esac
    case $(ip -o link show dev "$1" 2>/dev/null) in *[,\<]LOWER_UP[,\>]*) return 0 ;; esac
    return 1
}

# Prints "device prefix" for the device that has an address of the same network; why not, when there is none.
choose() {
    # A route without a gateway is a network we stand in.
    if [ -n "${OCF_RESKEY_prefer_interface-}" ]; then
        ip link show dev "$OCF_RESKEY_prefer_interface" >/dev/null 2>&1 ||
            { echo "there is no device $OCF_RESKEY_prefer_interface (prefer_interface)" && return 1; }
        nowhere="$OCF_RESKEY_prefer_interface (prefer_interface) has no address of that network"
        route=$(ip -o "-$family" route get "$bare" oif "$OCF_RESKEY_prefer_interface" 2>/dev/null) ||
            { echo "$nowhere" && return 1; }
    else
        nowhere="no device here has an address of that network"
        route=$(ip -o "-$family" route get "$bare" 2>/dev/null) || { echo "$nowhere" && return 1; }
    fi
    case $route in *" via "*) echo "$nowhere" && return 1 ;; esac
    device=${route#* dev }
    device=${device%% *}
    source=${route#* src }
    source=${source%% *}
    prefix=$(ip -o "-$family" address show dev "$device" |
        while read -r _ _ _ full _; do [ "${full%/*}" = "$source" ] && echo "${full#*/}"; done)
    [ -n "$prefix" ] || { echo "$nowhere" && return 1; }
    [ -z "$mask" ] || [ "$mask" = "$prefix" ] ||
        { echo "the network on $device has the prefix length $prefix, not $mask" && return 1; }
    echo "$device $prefix"
}

start() {
    verify
    now=$(where_now)
    if [ -n "$now" ]; then
        ocf_log debug "$bare is already configured"
        return 0
    fi
    tell_no_effect
    choice=$(choose) || fail $OCF_ERR_GENERIC "$address: $choice"
    device=${choice% *}
    prefix=${choice#* }
    link_is_up "$device" || fail $OCF_ERR_GENERIC "$device: the link is down"
    owner=$(perl "$neighbour" probe "$device" "$bare" 100)
    case $? in
        0) ;;
        1) fail $OCF_ERR_GENERIC "IPv$family address collision: $bare is in use by $owner" ;;
        *) fail $OCF_ERR_GENERIC "can't ask the neighbours on $device for $bare" ;;
    esac
    # Neighbours were asked already; the kernel's own detection would hold an IPv6 address back for a second.
    extra=
    [ $family = 6 ] && extra=nodad
    ip "-$family" address add "$bare/$prefix" dev "$device" $extra || fail $OCF_ERR_GENERIC "can't add $bare/$prefix to $device"
    perl "$neighbour" announce "$device" "$bare" 1 || ocf_log warning "can't announce $bare on $device"
    # Again a little later, for a switch that was still learning; nobody waits for it. Not once the address has gone on to
    # another node, whom that would contradict.
    (sleep 0.3 && [ "$(where_now)" = "$device $prefix" ] && perl "$neighbour" announce "$device" "$bare" 1) \
        >/dev/null 2>&1 </dev/null &
    ocf_log info "added $bare/$prefix to $device"
}

stop() {
    # What can't be an address was never added; whatever else is wrong hinders nobody from taking it away.
    case $bare in
        '' | *[!0-9a-fA-F.:]*)
            ocf_log warning "'$bare' is not an address: nothing to stop"
            return 0
            ;;
    esac
    now=$(where_now)
    if [ -z "$now" ]; then
        ocf_log debug "$bare is not configured"
        return 0
    fi
    ip "-$family" address del "$bare/${now#* }" dev "${now% *}" || fail $OCF_ERR_GENERIC "can't remove $bare from ${now% *}"
    [ -z "$(where_now)" ] || fail $OCF_ERR_GENERIC "$bare is still there after its removal"
    ocf_log info "removed $bare from ${now% *}"
    [ "${OCF_RESKEY_sleeptime:-0}" -gt 0 ] 2>/dev/null && sleep "$OCF_RESKEY_sleeptime"
    return 0
}

status() {
    verify
    now=$(where_now)
    [ -n "$now" ] || fail $OCF_NOT_RUNNING "$bare is not configured"
    link_is_up "${now% *}" || fail $OCF_NOT_RUNNING "${now% *}: the link is down"
    if [ "${OCF_CHECK_LEVEL:-0}" -ge 10 ]; then
        owner=$(perl "$neighbour" probe "${now% *}" "$bare" 100)
        [ $? -eq 1 ] && fail $OCF_ERR_GENERIC "$bare is also in use by $owner"
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
