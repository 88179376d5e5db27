#!/bin/sh
# A resource that is an init script: start, stop and status are passed to it. LSB rules: stop of what is stopped
# succeeds, status fails when it isn't running.
. "${0%/*}/utils/ocf"

metadata() {
    cat <<'XML'
<?xml version="1.0"?>
<resource-agent name="script" version="rgmanager 2.0">
  <version>1.0</version>
  <longdesc lang="en">Runs an LSB-compliant init script as a clustered resource.</longdesc>
  <shortdesc lang="en">LSB-compliant init script as a clustered resource.</shortdesc>
  <parameters>
    <parameter name="name" unique="1" primary="1"><content type="string"/></parameter>
    <parameter name="file" unique="1" required="1"><content type="string"/></parameter>
    <parameter name="service_name" inherit="service%name"><content type="string"/></parameter>
  </parameters>
  <actions>
    <action name="start" timeout="0"/>
    <action name="stop" timeout="0"/>
    <action name="status" interval="30s" timeout="0"/>
    <action name="monitor" interval="30s" timeout="0"/>
    <action name="meta-data" timeout="0"/>
    <action name="validate-all" timeout="0"/>
  </actions>
</resource-agent>
XML
}

verify() {
    file=$OCF_RESKEY_file
    [ -n "$file" ] || fail $OCF_ERR_ARGS "no file given"
    [ -e "$file" ] || fail $OCF_ERR_INSTALLED "$file does not exist"
    [ -f "$file" ] || fail $OCF_ERR_ARGS "$file is not a regular file"
    [ -s "$file" ] || fail $OCF_ERR_GENERIC "$file is a zero-length file"
    [ -x "$file" ] || fail $OCF_ERR_PERM "$file is not executable"
}

case $1 in
    meta-data) metadata ;;
    validate-all | verify-all) verify ;;
    start | stop | status | monitor)
        action=$1
        [ "$action" = monitor ] && action=status
        verify
        "$OCF_RESKEY_file" "$action"
        status=$?
        # Every failure of the script counts the same: its own codes mean something else than OCF's.
        [ $status -eq 0 ] || fail $OCF_ERR_GENERIC "script:${OCF_RESKEY_name-}: $action of $OCF_RESKEY_file failed (returned $status)"
        ;;
    *) usage "start|stop|status|validate-all|meta-data" ;;
esac
