package io.muster.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What cluster.conf may say, as the originals' could, and nobody here does: the one list from which the validator
/// and the daemons warn, cluster.conf(5) is checked, and a test knows which components of the configuration's records
/// nobody reads. Whoever begins to read one strikes it off.
public final class NoEffect {
    /// @param element as the schema has it: `totem in cluster`
    /// @param attributes which of its attributes, each with the value that is what happens anyhow, if it has one:
    ///     `upgrading=no`; none for the element as a whole, and all that is in it
    /// @param why said behind "has no effect here"
    /// @param components which components of records hold them: `TotemConfig.joinMs`, or `DlmConfig` for all of a
    ///     record and of those within it
    private record Entry(String element, Map<String, String> attributes, String why, List<String> components) {}

    private static final String NO_DLM = "there is no lock manager";
    private static final String NO_GFS = "there is no GFS";
    private static final String OWN_RING = "this ring forms without it";

    private static final List<Entry> ENTRIES = List.of(
            some("cman", "broadcast=no transport=udpu", "nodes talk by unicast UDP"),
            some("cman", "upgrading=no", "all nodes run one release", "CmanConfig.upgrading"),
            some("cman", "disallowed=no", "no node is ever disallowed", "CmanConfig.disallowed"),
            some("cman", "disable_openais", "there is no openais"),
            some("cman", "ccsd_poll", "ccsd tells by itself", "CmanConfig.ccsdPollMs"),
            some("cman", "max_queued", "the queue has its own limit", "CmanConfig.maxQueued"),
            some(
                    "cman",
                    "startup_config_timeout",
                    "cman waits for nobody's file",
                    "CmanConfig.startupConfigTimeoutSec"),
            some(
                    "cman",
                    "debug_mask",
                    "cman_tool debug, or <logging>, says how much is logged",
                    "CmanConfig.debugMask"),
            some("multicast in cman", "interface ttl", "nodes talk by unicast UDP", "CmanConfig.multicastTtl"),
            whole("multicast in clusternode", "nodes talk by unicast UDP"),
            whole("altmulticast in cman", "further links are made by <altname> alone"),
            some(
                    "totem",
                    "token_retransmits_before_loss_const token_retransmit join consensus send_join",
                    OWN_RING,
                    "TotemConfig.retransmitsBeforeLoss",
                    "TotemConfig.joinMs",
                    "TotemConfig.consensusMs"),
            some(
                    "totem",
                    "merge downcheck fail_recv_const seqno_unchanged_const miss_count_const",
                    OWN_RING,
                    "TotemConfig.failRecvConst",
                    "TotemConfig.seqnoUnchangedConst",
                    "TotemConfig.missCount"),
            some("totem", "max_network_delay heartbeat_failures_allowed", OWN_RING),
            some(
                    "totem",
                    "rrp_problem_count_timeout rrp_problem_count_threshold",
                    "links are judged by probes",
                    "TotemConfig.linkProblemThreshold"),
            some("totem", "rrp_token_expired_timeout rrp_autorecovery_check_timeout", "links are judged by probes"),
            some("totem", "netmtu", "the path is asked", "TotemConfig.netmtu"),
            some("totem", "threads vsftype version nodeid", "it was openais' own"),
            some("totem", "keyfile cluster_name", "it stands in <cman> and <cluster>"),
            whole("interface in totem", "link 0 goes by the nodes' names, each <altname> is one more"),
            whole(
                    "quorumd",
                    "there is no quorum disk, so its votes never come",
                    "ClusterConfig.quorumd",
                    "QuorumdConfig"),
            some("clusternode in clusternodes", "weight", "it was the lock manager's", "ClusterNode.weight"),
            some(
                    "altname in clusternode",
                    "mcast ttl",
                    "nodes talk by unicast UDP",
                    "AltName.multicast",
                    "AltName.ttl"),
            some(
                    "fence_daemon",
                    "override_path",
                    "overriding is done with fence_ack_manual",
                    "FenceDaemonConfig.overridePath"),
            whole("fence_xvmd", "there is no fence_xvmd", "ClusterConfig.fenceXvmd", "FenceXvmdConfig"),
            some(
                    "rm",
                    "central_processing=no",
                    "every node decides alike, there are no event scripts",
                    "RmConfig.centralProcessing"),
            some("rm", "reboot_on_pid_exhaustion=no", "nothing reboots for want of a process"),
            some(
                    "rm",
                    "status_child_max statusmax transition_throttling",
                    "status checks wait for nobody",
                    "RmConfig.statusChildMax",
                    "RmConfig.statusMax",
                    "RmConfig.transitionThrottlingSec"),
            whole("events in rm", "there is no central processing", "RmConfig.events"),
            some("service in rm", "priority", "services start side by side, without central processing"),
            some("service in rm", "depend_mode=hard", "what it depends on must run"),
            some("service in rm", "hardrecovery=no", "a service that won't stop is failed, its node stays up"),
            some("logging", "timestamp=yes fileline=no", "every line in a file has its time and none its source"),
            whole("dlm", NO_DLM, "ClusterConfig.dlm", "DlmConfig", "PlockConfig"),
            whole("gfs_controld", NO_GFS, "ClusterConfig.gfsControld", "GfsControldConfig"),
            whole("group", "there is no groupd", "ClusterConfig.group", "GroupConfig.groupdCompat"),
            whole("clvmd", "there is no clvmd", "GroupConfig.clvmdInterface"),
            whole(
                    "uidgid",
                    "members of group cluster may ask, changing something takes root",
                    "ClusterConfig.uidgid",
                    "UidGid"));

    private static final Map<String, Entry> BY_NAME = Map.copyOf(byName());

    private NoEffect() {}

    private static Entry some(String element, String attributes, String why, String... components) {
        var all = new TreeMap<String, String>();
        for (String attribute : attributes.split(" ")) {
            String[] parts = attribute.split("=");
            all.put(parts[0], parts.length > 1 ? parts[1] : "");
        }
        return new Entry(in(element), all, why, List.of(components));
    }

    private static Entry whole(String element, String why, String... components) {
        return new Entry(in(element), Map.of(), why, List.of(components));
    }

    private static String in(String element) {
        return element.contains(" ") ? element : element + " in cluster";
    }

    private static Map<String, Entry> byName() {
        var all = new TreeMap<String, Entry>();
        for (Entry entry : ENTRIES) {
            if (entry.attributes.isEmpty()) {
                all.put(entry.element, entry);
            }
            entry.attributes.keySet().forEach(attribute -> all.put(entry.element + " " + attribute, entry));
        }
        return all;
    }

    /// Why an element does nothing as a whole; empty when it does something.
    ///
    /// @param parent the type of the element it is in
    static Optional<String> ofElement(String type, String parent) {
        return Optional.ofNullable(BY_NAME.get(type + " in " + parent)).map(Entry::why);
    }

    /// Why an attribute does nothing; empty when it does something, or its element doesn't.
    static Optional<String> ofAttribute(String type, String parent, String attribute) {
        return Optional.ofNullable(BY_NAME.get(type + " in " + parent + " " + attribute))
                .map(Entry::why);
    }

    /// The same of an attribute with a value: one that asks for what happens anyhow needs no word.
    static Optional<String> ofValue(String type, String parent, String attribute, String value) {
        Entry entry = BY_NAME.get(type + " in " + parent + " " + attribute);
        String anyhow = entry == null ? null : entry.attributes.get(attribute);
        return entry == null || anyhow != null && same(anyhow, value) ? Optional.empty() : Optional.of(entry.why);
    }

    private static boolean same(String anyhow, String value) {
        return Rule.isFlag(anyhow) && Rule.isFlag(value)
                ? Rule.isYes(anyhow) == Rule.isYes(value)
                : anyhow.equals(value);
    }

    /// The components of records that nobody reads, `TotemConfig.joinMs`; `DlmConfig` stands for all of a record, and
    /// of those within it.
    public static SortedSet<String> components() {
        var all = new TreeSet<String>();
        ENTRIES.forEach(entry -> all.addAll(entry.components));
        return all;
    }
}
