package io.muster.config;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Types and attributes of the resource agents that RHEL 5 and 6 shipped: words to suggest, nothing to
/// enforce. What an attribute means is in the agents' own metadata.
final class ResourceWords {
    private static final String FS = "name mountpoint device fstype force_unmount quick_status self_fence force_fsck"
            + " options fsid nfslock nfsrestart use_findmnt";
    private static final String COMMON = "ref __independent_subtree __enforce_timeouts __max_failures"
            + " __failure_expire_time __max_restarts __restart_expire_time";
    private static final String APPLICATION =
            "name config_file shutdown_wait startup_wait service_name listen_address options user";

    private static final Map<String, String> TYPES = Collections.unmodifiableMap(new TreeMap<>(Map.ofEntries(
            Map.entry(
                    "service",
                    "name domain autostart exclusive recovery nfslock depend depend_mode max_restarts"
                            + " restart_expire_time hardrecovery nfs_client_cache priority"),
            Map.entry(
                    "vm",
                    "name domain autostart exclusive recovery migrate path depend depend_mode max_restarts"
                            + " restart_expire_time memory bootloader rootdisk_physical rootdisk_virtual"
                            + " swapdisk_physical swapdisk_virtual vif hardrecovery use_virsh xmlfile"
                            + " migration_mapping migrate_options tunnelled snapshot status_program hypervisor"
                            + " hypervisor_uri migration_uri no_kill priority"),
            Map.entry("ip", "address family monitor_link sleeptime disable_rdisc prefer_interface nfslock"),
            Map.entry("script", "name file service_name"),
            Map.entry("fs", FS),
            Map.entry("clusterfs", FS),
            Map.entry(
                    "netfs",
                    "name mountpoint host export fstype options force_unmount self_fence no_unmount use_findmnt"),
            Map.entry("bind-mount", "name mountpoint source force_unmount"),
            Map.entry("nfsexport", "name device path fsid nfslock"),
            Map.entry("nfsclient", "name target options allow_recover path fsid svcname service_name use_cache"),
            Map.entry("nfsserver", "name path nfspath statdport krbhost service_name"),
            Map.entry("lvm", "name vg_name lv_name self_fence nfslock"),
            Map.entry("apache", APPLICATION + " server_root httpd_options httpd"),
            Map.entry("mysql", APPLICATION + " mysqld_options"),
            Map.entry("postgres-8", APPLICATION + " postmaster_user postmaster_options"),
            Map.entry("samba", APPLICATION + " smbd_options nmbd_options"),
            Map.entry("smb", "name workgroup service_name"),
            Map.entry("named", APPLICATION + " named_sdb named_working_dir named_options update_source"),
            Map.entry("openldap", APPLICATION + " url_list slapd_options"),
            Map.entry("tomcat-5", APPLICATION + " tomcat_user catalina_options catalina_base"),
            Map.entry("tomcat-6", APPLICATION),
            Map.entry("oracledb", "name user home type listener_name vhost tns_admin"),
            Map.entry("orainstance", "name user home listeners lockfile vhost tns_admin"),
            Map.entry("oralistener", "name user home tns_admin"),
            Map.entry("oradg", "name user home listeners lockfile vhost tns_admin"),
            Map.entry(
                    "SAPInstance",
                    "InstanceName DIR_EXECUTABLE DIR_PROFILE START_PROFILE START_WAITTIME AUTOMATIC_RECOVER"
                            + " PRE_START_USEREXIT POST_START_USEREXIT PRE_STOP_USEREXIT POST_STOP_USEREXIT"),
            Map.entry(
                    "SAPDatabase",
                    "SID DBTYPE DIR_EXECUTABLE NETSERVICENAME DBJ2EE_ONLY JAVA_HOME STRICT_MONITORING"
                            + " AUTOMATIC_RECOVER DIR_BOOTSTRAP DIR_SECSTORE"),
            Map.entry(
                    "ASEHAagent",
                    "name sybase_home sybase_ase sybase_ocs server_name login_file interfaces_file sybase_user"
                            + " shutdown_timeout start_timeout deep_probe_timeout"),
            Map.entry("drbd", "name resource"),
            Map.entry("db2", "instance dblist dbpartitionnum"),
            Map.entry("action", "name depth timeout interval"))));

    private ResourceWords() {}

    static Set<String> types() {
        return TYPES.keySet();
    }

    /// Attributes of a type, those every type has included; null for a type we don't know.
    static @Nullable Set<String> attributes(String type) {
        String words = TYPES.get(type);
        return words == null ? null : new TreeSet<>(List.of((words + " " + COMMON).split(" ")));
    }

    /// The attribute that identifies a resource of a type.
    static String primary(String type) {
        return switch (type) {
            case "ip" -> "address";
            case "SAPInstance" -> "InstanceName";
            case "SAPDatabase" -> "SID";
            case "db2" -> "instance";
            default -> "name";
        };
    }
}
