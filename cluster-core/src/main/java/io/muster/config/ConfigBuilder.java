package io.muster.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Makes the typed records from a tree that has passed its checks; every default of the file is here.
final class ConfigBuilder {
    private static final Element NOTHING = new Element("", 0, 0, Map.of(), List.of());
    private static final int TOKEN_MS = 1000;
    private static final int TOKEN_WITH_QDISK_MS = 10_000;

    private final Element cluster;
    private final String sha256;

    ConfigBuilder(Element cluster, String sha256) {
        this.cluster = cluster;
        this.sha256 = sha256;
    }

    ClusterConfig build() {
        List<ClusterNode> nodes = part("clusternodes").children("clusternode").stream()
                .map(ConfigBuilder::node)
                .toList();
        TotemConfig totem = totem(nodes);
        return new ClusterConfig(
                cluster.attribute("name", ""),
                Values.number(cluster, "config_version", 0),
                sha256,
                cman(nodes, totem),
                totem,
                fenceDaemon(part("fence_daemon")),
                Optional.ofNullable(cluster.child("fence_xvmd")).map(e -> new FenceXvmdConfig(e.attributes())),
                nodes,
                part("fencedevices").children("fencedevice").stream()
                        .map(ConfigBuilder::fenceDevice)
                        .toList(),
                Optional.ofNullable(cluster.child("quorumd")).map(QuorumdBuilder::build),
                dlm(part("dlm")),
                new GfsControldConfig(
                        Values.flag(part("gfs_controld"), "enable_withdraw", true), plock(part("gfs_controld"))),
                new GroupConfig(
                        Values.flag(part("group"), "groupd_compat", false),
                        part("clvmd").attribute("interface", "cman")),
                LoggingBuilder.build(part("logging"), part("rm")),
                cluster.children("uidgid").stream()
                        .map(e -> new UidGid(Values.text(e, "uid"), Values.text(e, "gid")))
                        .toList(),
                RmBuilder.build(part("rm")),
                cluster);
    }

    private Element part(String type) {
        Element child = cluster.child(type);
        return child == null ? NOTHING : child;
    }

    private CmanConfig cman(List<ClusterNode> nodes, TotemConfig totem) {
        Element cman = part("cman");
        Element multicast = cman.child("multicast");
        boolean twoNode = Values.flag(cman, "two_node", false);
        String name = cluster.attribute("name", "");
        boolean fnv = Values.flag(cman, "hash_cluster_id", false);
        int clusterId = Values.number(cman, "cluster_id", fnv ? ClusterId.hashed(name) : ClusterId.of(name));
        int sum = nodes.stream().mapToInt(ClusterNode::votes).sum();
        String address = multicast == null ? null : multicast.attribute("addr");
        int port = multicast == null ? 5405 : Values.number(multicast, "port", 5405);
        return new CmanConfig(
                Values.number(cman, "expected_votes", twoNode ? 1 : sum),
                twoNode,
                Values.number(cman, "port", port),
                clusterId,
                address == null ? ClusterId.multicastIpv4(clusterId) : address,
                address != null,
                multicast == null ? 1 : Values.number(multicast, "ttl", 1),
                Values.text(cman, "keyfile").filter(file -> !file.isBlank()),
                Values.number(cman, "quorum_dev_poll", totem.tokenMs()),
                Values.number(cman, "shutdown_timeout", 5000),
                Values.number(cman, "ccsd_poll", 1000),
                Values.number(cman, "startup_config_timeout", 0),
                Values.number(cman, "max_queued", 128),
                Values.flag(cman, "upgrading", false),
                Values.flag(cman, "disallowed", false),
                Values.number(cman, "debug_mask", 0),
                Values.flag(cman, "wait_for_all", twoNode),
                Values.flag(cman, "last_man_standing", false),
                Values.number(cman, "last_man_standing_window", 10_000),
                Values.flag(cman, "auto_tie_breaker", false),
                Values.number(cman, "auto_tie_breaker_node"));
    }

    private TotemConfig totem(List<ClusterNode> nodes) {
        Element totem = part("totem");
        boolean links = nodes.stream().anyMatch(node -> !node.altnames().isEmpty());
        int token = cluster.child("quorumd") == null ? TOKEN_MS : TOKEN_WITH_QDISK_MS;
        return new TotemConfig(
                Values.number(totem, "token", token),
                Values.number(totem, "token_retransmits_before_loss_const"),
                Values.number(totem, "join"),
                Values.number(totem, "consensus"),
                Values.number(totem, "hold"),
                Values.number(totem, "fail_recv_const"),
                Values.number(totem, "seqno_unchanged_const"),
                Values.number(totem, "miss_count_const"),
                Values.number(totem, "netmtu"),
                Values.number(totem, "window_size"),
                Values.number(totem, "max_messages"),
                totem.attribute("rrp_mode", links ? "passive" : "none"),
                Values.number(totem, "rrp_problem_count_threshold", 3));
    }

    private static ClusterNode node(Element node) {
        List<FenceMethod> methods = new ArrayList<>();
        Element fence = node.child("fence");
        for (Element method : fence == null ? List.<Element>of() : fence.children("method")) {
            methods.add(new FenceMethod(method.attribute("name", ""), uses(method)));
        }
        Element unfence = node.child("unfence");
        return new ClusterNode(
                node.attribute("name", ""),
                Values.number(node, "nodeid", 0),
                Values.number(node, "votes", 1),
                Values.number(node, "weight", 1),
                node.children("altname").stream()
                        .map(e -> new AltName(
                                e.attribute("name", ""),
                                Values.number(e, "port"),
                                Values.text(e, "mcast"),
                                Values.number(e, "ttl")))
                        .toList(),
                methods,
                unfence == null ? List.of() : uses(unfence));
    }

    private static List<DeviceUse> uses(Element parent) {
        return parent.children("device").stream()
                .map(use -> new DeviceUse(use.attribute("name", ""), without(use, "name")))
                .toList();
    }

    private static FenceDevice fenceDevice(Element device) {
        return new FenceDevice(
                device.attribute("name", ""), device.attribute("agent", ""), without(device, "name", "agent"));
    }

    private static Map<String, String> without(Element element, String... names) {
        Map<String, String> attributes = new LinkedHashMap<>(element.attributes());
        for (String name : names) {
            attributes.remove(name);
        }
        return attributes;
    }

    private static FenceDaemonConfig fenceDaemon(Element e) {
        return new FenceDaemonConfig(
                Values.number(e, "post_join_delay", 6),
                Values.number(e, "post_fail_delay", 0),
                Values.flag(e, "clean_start", false),
                e.attribute("override_path", "/var/run/cluster/fenced_override"),
                Values.number(e, "override_time", 5),
                Values.flag(e, "skip_undefined", false));
    }

    private static DlmConfig dlm(Element e) {
        String protocol = e.attribute("protocol", "detect");
        return new DlmConfig(
                Values.flag(e, "log_debug", false),
                Values.number(e, "timewarn", 500),
                switch (protocol) {
                    case "0" -> "tcp";
                    case "1" -> "sctp";
                    case "2" -> "detect";
                    default -> protocol;
                },
                Values.flag(e, "enable_fencing", true),
                Values.flag(e, "enable_quorum", false),
                Values.flag(e, "enable_deadlk", false),
                plock(e),
                e.children("lockspace").stream().map(ConfigBuilder::lockspace).toList());
    }

    private static DlmConfig.Lockspace lockspace(Element e) {
        return new DlmConfig.Lockspace(
                e.attribute("name", ""),
                Values.flag(e, "nodir", false),
                e.children("master").stream()
                        .map(m -> new DlmConfig.Master(m.attribute("name", ""), Values.number(m, "weight", 1)))
                        .toList());
    }

    private static PlockConfig plock(Element e) {
        return new PlockConfig(
                Values.flag(e, "enable_plock", true),
                Values.flag(e, "plock_debug", false),
                Values.number(e, "plock_rate_limit", 0),
                Values.flag(e, "plock_ownership", true),
                Values.number(e, "drop_resources_time", 10_000),
                Values.number(e, "drop_resources_count", 10),
                Values.number(e, "drop_resources_age", 10_000));
    }

    private static final class QuorumdBuilder {
        static QuorumdConfig build(Element e) {
            Optional<Boolean> masterWins = e.attribute("master_wins") == null
                    ? Optional.empty()
                    : Optional.of(Values.flag(e, "master_wins", false));
            OptionalInt votes = Values.number(e, "votes");
            return new QuorumdConfig(
                    Math.max(1, Values.number(e, "interval", 1)),
                    Values.number(e, "tko"),
                    Values.number(e, "tko_up"),
                    Values.number(e, "upgrade_wait"),
                    Values.number(e, "master_wait"),
                    votes.isPresent() ? OptionalInt.of(Math.max(0, votes.getAsInt())) : votes,
                    Values.number(e, "min_score", 0),
                    Values.text(e, "device"),
                    Values.text(e, "label"),
                    Values.text(e, "cman_label"),
                    Values.text(e, "status_file"),
                    Values.flag(e, "reboot", true),
                    Values.flag(e, "allow_kill", true),
                    Values.flag(e, "paranoid", false),
                    Values.flag(e, "io_timeout", false),
                    Values.number(e, "max_error_cycles", 0),
                    masterWins,
                    Values.flag(e, "stop_cman", false),
                    e.attribute("scheduler", "rr"),
                    Values.number(e, "priority", 1),
                    Values.flag(e, "use_uptime", true),
                    e.children("heuristic").stream()
                            .limit(10)
                            .map(h -> new QuorumdConfig.Heuristic(
                                    h.attribute("program", ""),
                                    Math.max(1, Values.number(h, "score", 1)),
                                    Values.number(h, "interval"),
                                    Values.number(h, "tko")))
                            .toList());
        }
    }

    private static final class RmBuilder {
        static RmConfig build(Element rm) {
            List<Element> services = rm.children().stream()
                    .filter(child -> !Set.of("failoverdomains", "resources", "resource-defaults", "events")
                            .contains(child.type()))
                    .toList();
            return new RmConfig(
                    Math.max(1, Values.number(rm, "status_poll_interval", 10)),
                    Values.number(rm, "status_child_max", 0),
                    Math.max(3, Values.number(rm, "statusmax", 5)),
                    Math.max(1, Values.number(rm, "transition_throttling", 5)),
                    Values.flag(rm, "central_processing", false),
                    Values.flag(rm, "disabled", false),
                    children(rm, "failoverdomains").stream()
                            .map(RmBuilder::domain)
                            .toList(),
                    children(rm, "resources"),
                    children(rm, "resource-defaults"),
                    services,
                    children(rm, "events"));
        }

        private static List<Element> children(Element rm, String list) {
            Element element = rm.child(list);
            return element == null ? List.of() : element.children();
        }

        private static FailoverDomain domain(Element domain) {
            Map<String, DomainNode> nodes = new LinkedHashMap<>();
            for (Element node : domain.children("failoverdomainnode")) {
                int priority = Values.number(node, "priority", 0);
                String name = node.attribute("name", "");
                nodes.putIfAbsent(name, new DomainNode(name, priority < 1 || priority > 100 ? 0 : priority));
            }
            return new FailoverDomain(
                    domain.attribute("name", ""),
                    Values.flag(domain, "ordered", false),
                    Values.flag(domain, "restricted", false),
                    Values.flag(domain, "nofailback", false),
                    List.copyOf(nodes.values()));
        }
    }
}
