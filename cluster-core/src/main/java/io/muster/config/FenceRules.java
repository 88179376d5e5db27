package io.muster.config;

import io.muster.cli.Nearest;
import io.muster.finding.Findings;
import io.muster.finding.Shown;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Fence devices, methods and what is passed to agents.
///
/// Agents take any attribute, so an unknown one is at most a warning: always when we know the agent,
/// and when it is nearly a known word whatever the agent.
final class FenceRules {
    /// Keys that agents of the fence-agents and fence-virt packages, and those of RHEL 5, take.
    private static final Set<String> KEYS = Collections.unmodifiableSet(new TreeSet<>(List.of(
            ("action agent aptpl auth blade cipher cmd_prompt community cserver debug debug_file debuglog delay devices"
                            + " domain drac_version esh exec family hash hexadecimal_kg hostname identity_file"
                            + " inet4_only inet6_only ip ipaddr ipmitool_path ipport key key_file lanplus logfile"
                            + " login login_timeout lpan method missing_as_off mode modulename module_name"
                            + " multicast_address nodename notls option passwd passwd_script password"
                            + " password_script plug port power_timeout power_wait privlvl pserver quiet readonly"
                            + " random_sleep_range retrans retry_on retrys ribcl ribcl_version secure self separator"
                            + " serial_device serial_params servers shell_timeout snmp_auth_prot snmp_priv_passwd"
                            + " snmp_priv_passwd_script snmp_priv_prot snmp_sec_level snmp_version speed ssh"
                            + " ssh_options ssh_path ssl ssl_insecure ssl_secure status_file sudo sudo_path switch"
                            + " sync target telnet_path test timeout type use_sudo use_uuid username uuid verbose"
                            + " verbose_level vmware_datacenter vmware_type wait_time socket wireless")
                    .split(" "))));

    private static final Set<String> AGENTS = Set.of(
            ("fence_apc fence_apc_snmp fence_bladecenter fence_bullpap fence_drac fence_drac5 fence_ipmilan fence_wti"
                            + " fence_brocade fence_mcdata fence_vixel fence_sanbox2 fence_ilo fence_rib fence_rsa"
                            + " fence_gnbd fence_scsi fence_egenera fence_manual fence_xvm fence_virt fence_ilo2"
                            + " fence_ilo3 fence_ilo4 fence_eaton_snmp fence_ibmblade fence_cisco_ucs fence_dummy")
                    .split(" "));

    private static final Set<String> SECONDS = Set.of(
            "delay power_timeout power_wait login_timeout shell_timeout retry_on timeout wait_time retrans".split(" "));
    private static final Set<String> PORTS = Set.of("ipport");
    private static final Set<String> FLAGS =
            Set.of("lanplus secure ssl ssl_insecure notls use_sudo inet4_only inet6_only".split(" "));
    private static final Set<String> HOSTS = Set.of("ipaddr", "ip");
    private static final List<String> ACTIONS = List.of(
            "off on reboot status monitor list list-status metadata validate-all diag enable disable".split(" "));

    private final Findings findings;
    private final List<Element> nodes;
    private final Map<String, Element> devices = new LinkedHashMap<>();

    FenceRules(Findings findings, Element cluster, List<Element> nodes) {
        this.findings = findings;
        this.nodes = nodes;
        Element fencedevices = cluster.child("fencedevices");
        if (fencedevices != null) {
            fencedevices.children("fencedevice").forEach(this::device);
        }
    }

    private void device(Element device) {
        String name = device.attribute("name");
        Element first = name == null ? null : devices.putIfAbsent(name, device);
        if (first != null) {
            findings.error(
                    device,
                    "name",
                    "name=\"" + Shown.of(device.attribute("name", ""))
                            + "\": two fence devices have it, the other is in line " + first.line());
        }
        keys(device, device.attribute("agent", ""));
    }

    void check() {
        for (Element node : nodes) {
            methods(node);
            for (Element unfence : node.children("unfence")) {
                unfence.children("device").forEach(this::use);
            }
        }
    }

    private void methods(Element node) {
        Element fence = node.child("fence");
        List<Element> methods = fence == null ? List.of() : fence.children("method");
        if (methods.isEmpty()) {
            findings.warn(node, "no fence method: when the node is lost, recovery waits for an operator");
        }
        Map<String, Element> names = new LinkedHashMap<>();
        for (Element method : methods) {
            String name = method.attribute("name");
            Element first = name == null ? null : names.putIfAbsent(name, method);
            if (first != null) {
                findings.error(
                        method,
                        "name",
                        "name=\"" + Shown.of(method.attribute("name", ""))
                                + "\": two methods of the node have it, the other is in line " + first.line());
            }
            List<Element> uses = method.children("device");
            if (uses.isEmpty()) {
                findings.warn(method, "no device: the method always fails");
            }
            uses.forEach(this::use);
        }
    }

    private void use(Element use) {
        String name = use.attribute("name");
        if (name == null) {
            return;
        }
        Element device = devices.get(name);
        if (device == null) {
            findings.error(
                    use,
                    "name",
                    "no fence device is called \"" + Shown.of(name) + "\"" + Nearest.hint(name, devices.keySet()));
        } else {
            keys(use, device.attribute("agent", ""));
        }
    }

    private void keys(Element element, String agent) {
        for (String key : element.attributes().keySet()) {
            if (key.equals("name") || KEYS.contains(key)) {
                continue;
            }
            String suggestion = Nearest.hint(key, KEYS);
            if (AGENTS.contains(agent) || !suggestion.isEmpty()) {
                findings.warn(element, key, "unknown attribute \"" + Shown.of(key) + "\"" + suggestion);
            }
        }
        values(element);
        if (element.attribute("option") != null) {
            findings.note(element, "option", "\"option\" is the old word; it is handed to the agent as \"action\"");
        }
    }

    /// Values that every agent reads alike. Whatever else there is, an agent finds out for itself.
    private void values(Element element) {
        element.attributes().forEach((key, value) -> {
            String wrong = "";
            if (SECONDS.contains(key)) {
                wrong = SchemaCheck.number(value, 0, Integer.MAX_VALUE);
            } else if (PORTS.contains(key)) {
                wrong = SchemaCheck.number(value, 1, 65535);
            } else if (FLAGS.contains(key) && !Rule.isFlag(value)) {
                wrong = "must be 0 or 1 (or no, yes)" + Nearest.hint(value, List.of("yes", "no", "on", "off"));
            } else if (HOSTS.contains(key)) {
                wrong = value.isBlank() ? "must not be empty" : Addresses.wrongHost(value);
            } else if (key.equals("action") || key.equals("option")) {
                wrong = ACTIONS.contains(value.toLowerCase(Locale.ROOT))
                        ? ""
                        : "must be one of " + String.join(", ", ACTIONS) + Nearest.hint(value, ACTIONS);
            }
            if (!wrong.isEmpty()) {
                findings.warn(element, key, key + "=\"" + Shown.of(value) + "\": " + wrong);
            }
        });
    }
}
