package io.muster.config;

import io.muster.cli.Nearest;
import io.muster.finding.Findings;
import io.muster.finding.Shown;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which kind of value an attribute of a service, a resource or one of its actions has. rgmanager read
/// each as well as it could, with atoi(3) mostly, and took something else in silence; an agent finds
/// out when it is started. So all of this warns, and says what is taken where that is known.
///
/// Source: rgmanager's reading of attributes, and the metadata of RHEL 5's and 6's agents.
final class RmValues {
    /// What is wrong with a value; empty if nothing is.
    private interface Kind {
        String wrong(String value);
    }

    private static final List<String> INDEPENDENT = List.of("0", "1", "2", "non-critical");

    private static final Kind COUNT = value -> SchemaCheck.number(value, 0, Integer.MAX_VALUE);
    private static final Kind FLAG = value -> Rule.isFlag(value) ? "" : "must be 0 or 1 (or no, yes)" + yesNo(value);
    private static final Kind GRADE = value ->
            Rule.isFlag(value) || COUNT.wrong(value).isEmpty() ? "" : "must be 0 or 1 (or no, yes)" + yesNo(value);
    private static final Kind TIME = RmValues::time;
    private static final Kind PATH = value -> value.startsWith("/") ? "" : "must be a path from the root";
    private static final Kind INDEPENDENCE = value ->
            Rule.isFlag(value) || INDEPENDENT.contains(value) ? "" : "must be 0, 1 or 2; 0 is taken" + yesNo(value);
    private static final Kind DEPTH = value -> value.equals("*") ? "" : COUNT.wrong(value);

    /// By attribute, or by type and attribute where the name alone doesn't say it.
    private static final Map<String, Kind> KINDS = Map.copyOf(kinds());

    private final Findings findings;

    RmValues(Findings findings) {
        this.findings = findings;
    }

    private static Map<String, Kind> kinds() {
        var all = new HashMap<String, Kind>();
        put(all, COUNT, "max_restarts __max_restarts __max_failures service.priority vm.priority ip.sleeptime");
        put(all, COUNT, "nfsserver.statdport netfs.timeout shutdown_timeout start_timeout deep_probe_timeout");
        put(all, TIME, "restart_expire_time __restart_expire_time __failure_expire_time");
        put(all, TIME, "action.timeout action.interval shutdown_wait startup_wait START_WAITTIME");
        put(all, FLAG, "hardrecovery nfs_client_cache force_unmount quick_status self_fence force_fsck");
        put(all, FLAG, "nfsrestart use_findmnt ip.monitor_link disable_rdisc allow_recover use_cache no_unmount");
        put(all, FLAG, "use_virsh tunnelled no_kill __enforce_timeouts fs.nfslock clusterfs.nfslock ip.nfslock");
        put(all, GRADE, "exclusive");
        put(all, PATH, "mountpoint script.file bind-mount.source nfsexport.path");
        put(all, INDEPENDENCE, "__independent_subtree");
        put(all, DEPTH, "action.depth");
        put(all, Addresses::wrongWithPrefix, "ip.address");
        put(all, words("auto", "inet", "inet6"), "ip.family");
        put(all, words("hard", "soft"), "depend_mode");
        put(all, words("live", "pause"), "vm.migrate");
        return all;
    }

    private static void put(Map<String, Kind> all, Kind kind, String names) {
        for (String name : names.split(" ")) {
            all.put(name, kind);
        }
    }

    private static Kind words(String... words) {
        List<String> known = List.of(words);
        return value ->
                known.contains(value) ? "" : "must be one of " + String.join(", ", words) + Nearest.hint(value, known);
    }

    private static String yesNo(String value) {
        return Nearest.hint(value, List.of("yes", "no", "on", "off", "true", "false"));
    }

    /// A sum of numbers with units, seconds without.
    private static String time(String value) {
        if (value.matches("([0-9]+[smhdwySMHDWY]?)+")) {
            return "";
        }
        return value.startsWith("-")
                ? "must not be negative"
                : "must be a time such as 90, 5m or 1h30m; what has no unit of s, m, h, d, w, y behind it doesn't count";
    }

    /// Says what is wrong with an element's own values. What refers to a shared resource says them
    /// there.
    void check(Element element) {
        SchemaCheck.text(findings, element);
        element.attributes().forEach((name, value) -> {
            if (value.isBlank()) {
                empty(element, name);
                return;
            }
            String wrong = Optional.ofNullable(KINDS.get(element.type() + "." + name))
                    .or(() -> Optional.ofNullable(KINDS.get(name)))
                    .map(kind -> kind.wrong(value.strip()))
                    .orElse("");
            if (!wrong.isEmpty()) {
                findings.warn(element, name, name + "=\"" + Shown.of(value) + "\": " + wrong);
            }
        });
        pair(element, "__max_restarts", "__restart_expire_time");
        pair(element, "__max_failures", "__failure_expire_time");
    }

    private void empty(Element element, String name) {
        boolean primary = name.equals("ref") || name.equals(ResourceWords.primary(element.type()));
        if (primary && ResourceWords.attributes(element.type()) != null) {
            findings.warn(element, name, name + "=\"\": must not be empty; the <" + element.type() + "> is left out");
        } else if (KINDS.containsKey(name) || KINDS.containsKey(element.type() + "." + name)) {
            findings.warn(element, name, name + "=\"\": empty; leave it out, or give it a value");
        }
    }

    /// One of these says nothing without the other.
    private void pair(Element element, String counter, String time) {
        for (String one : List.of(counter, time)) {
            String other = one.equals(counter) ? time : counter;
            if (element.attribute(one) != null && element.attribute(other) == null) {
                findings.warn(element, one, "attribute \"" + one + "\" has no effect without \"" + other + "\"");
            }
        }
    }
}
