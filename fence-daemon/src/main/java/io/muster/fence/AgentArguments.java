package io.muster.fence;

import io.muster.config.DeviceUse;
import io.muster.config.FenceDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Turns the attributes of cluster.conf into what an agent of today reads.
///
/// Order, as the original fed it: the `<device>`'s attributes, `nodename=` of the victim if absent, the
/// `<fencedevice>`'s attributes. When a key comes twice agents keep the last.
///
/// Keys of the first generation of agents are translated, because their successors ignore what they don't know: an old
/// `option="off"` would quietly become a reboot.
final class AgentArguments {
    /// Agents that cut a node off from storage: their default is to switch off, not to reboot, and two of them on a
    /// method aren't two power supplies.
    private static final Set<String> STORAGE = Set.of(
            "fence_brocade",
            "fence_cisco_mds",
            "fence_gnbd",
            "fence_ifmib",
            "fence_kdump",
            "fence_manual",
            "fence_mcdata",
            "fence_mpath",
            "fence_sanbox2",
            "fence_scsi",
            "fence_vixel");

    private static final Set<String> ACTIONS =
            Set.of("on", "off", "reboot", "enable", "disable", "status", "monitor", "list", "metadata");

    private AgentArguments() {}

    static boolean isPower(String agent) {
        return !STORAGE.contains(agent);
    }

    /// The program to start: a DRAC module is answered by another agent than the old card.
    static String agent(FenceDevice device, DeviceUse use) {
        boolean module = use.attributes().containsKey("modulename")
                || device.attributes().containsKey("modulename");
        return device.agent().equals("fence_drac") && module ? "fence_drac5" : device.agent();
    }

    /// The lines of its standard input.
    static List<String> lines(FenceDevice device, DeviceUse use, String nodeName) {
        String agent = agent(device, use);
        var lines = new ArrayList<String>();
        use.attributes().forEach((key, value) -> add(lines, agent, key, value));
        if (!use.attributes().containsKey("nodename")) {
            lines.add("nodename=" + nodeName);
        }
        lines.add("agent=" + agent);
        device.attributes().forEach((key, value) -> add(lines, agent, key, value));
        return lines;
    }

    /// Why the agent must not be called, if so: `test=1` made old agents only pretend, and pretending isn't fencing.
    static Optional<String> refusal(FenceDevice device, DeviceUse use) {
        for (Map<String, String> attributes : List.of(use.attributes(), device.attributes())) {
            if ("1".equals(attributes.get("test"))) {
                return Optional.of("test=1: a rehearsal makes nobody harmless");
            }
        }
        return Optional.empty();
    }

    private static void add(List<String> lines, String agent, String key, String value) {
        if (key.equals("name") || key.equals("agent") || key.equals("test")) {
            return;
        }
        String newKey = key(agent, key, value);
        lines.add(newKey + "=" + value(newKey, value));
    }

    private static String key(String agent, String key, String value) {
        return switch (key) {
            // fence_gnbd has an `option` of its own, which isn't an action.
            case "option" -> ACTIONS.contains(lower(value)) ? "action" : key;
            case "hostname" -> agent.startsWith("fence_ilo") || agent.equals("fence_rib") ? "ipaddr" : key;
            case "blade" -> agent.contains("blade") ? "port" : key;
            case "modulename" -> agent.startsWith("fence_drac") ? "port" : key;
            case "domain" -> agent.equals("fence_xvm") || agent.equals("fence_virt") ? "port" : key;
            default -> key;
        };
    }

    private static String value(String key, String value) {
        if (key.equals("lanplus") && value.isEmpty()) {
            return "1";
        }
        if (!key.equals("action")) {
            return value;
        }
        return switch (lower(value)) {
            case "disable" -> "off";
            case "enable" -> "on";
            default -> lower(value);
        };
    }

    /// The action that the lines ask for, if they name one.
    static Optional<String> action(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("action="))
                .map(line -> line.substring("action=".length()))
                .reduce((first, last) -> last);
    }

    static List<String> withAction(List<String> lines, String action) {
        var changed = new ArrayList<String>();
        lines.stream().filter(line -> !line.startsWith("action=")).forEach(changed::add);
        changed.add("action=" + action);
        return changed;
    }

    private static String lower(String value) {
        return value.toLowerCase(Locale.ROOT);
    }
}
