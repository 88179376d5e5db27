#!/bin/sh
# The top of a service's tree: holds attributes that rgmanager acts on; does nothing itself.
metadata() {
    cat <<'XML'
<?xml version="1.0"?>
<resource-agent name="service" version="rgmanager 2.0">
  <version>1.0</version>
  <longdesc lang="en">A service: resources that start, stop and move together.</longdesc>
  <shortdesc lang="en">Defines a service (resource group)</shortdesc>
  <parameters>
    <parameter name="name" unique="1" required="1" primary="1"><content type="string"/></parameter>
    <parameter name="domain" reconfig="1"><content type="string"/></parameter>
    <parameter name="autostart" reconfig="1"><content type="boolean" default="1"/></parameter>
    <parameter name="exclusive" reconfig="1"><content type="string" default="0"/></parameter>
    <parameter name="recovery" reconfig="1"><content type="string" default="restart"/></parameter>
    <parameter name="depend"><content type="string"/></parameter>
    <parameter name="depend_mode"><content type="string" default="hard"/></parameter>
    <parameter name="max_restarts"><content type="string" default="0"/></parameter>
    <parameter name="restart_expire_time"><content type="string" default="0"/></parameter>
    <parameter name="priority"><content type="integer" default="0"/></parameter>
    <parameter name="nfslock"><content type="boolean" default="0"/></parameter>
    <parameter name="nfs_client_cache"><content type="boolean" default="0"/></parameter>
    <parameter name="hardrecovery"><content type="boolean" default="0"/></parameter>
  </parameters>
  <actions>
    <action name="start" timeout="5"/>
    <action name="stop" timeout="5"/>
    <action name="status" timeout="5" interval="1h"/>
    <action name="reconfig" timeout="5"/>
    <action name="recover" timeout="5"/>
    <action name="meta-data" timeout="5"/>
  </actions>
  <special tag="rgmanager">
    <attributes root="1" maxinstances="1"/>
    <child type="lvm" start="1" stop="9"/>
    <child type="fs" start="2" stop="8"/>
    <child type="clusterfs" start="3" stop="7"/>
    <child type="netfs" start="4" stop="6"/>
    <child type="nfsexport" start="5" stop="5"/>
    <child type="nfsclient" start="6" stop="4"/>
    <child type="ip" start="7" stop="2"/>
    <child type="smb" start="8" stop="3"/>
    <child type="script" start="9" stop="1"/>
  </special>
</resource-agent>
XML
}

case $1 in
    start | stop | status | monitor | recover | restart | reload | reconfig | validate-all | verify-all) exit 0 ;;
    meta-data) metadata ;;
    *)
        echo "usage: service.sh {start|stop|status|recover|reconfig|validate-all|meta-data}" >&2
        exit 3
        ;;
esac
