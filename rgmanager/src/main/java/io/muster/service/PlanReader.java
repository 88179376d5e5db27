package io.muster.service;

import io.muster.config.ClusterConfig;
import io.muster.config.ClusterNode;
import io.muster.config.ConfigReader;
import io.muster.config.Element;
import io.muster.config.RmConfig;
import io.muster.resource.Flags;
import io.muster.resource.TimeText;
import io.muster.service.Plan.Domain;
import io.muster.service.Plan.DomainMember;
import io.muster.service.Plan.PlanNode;
import io.muster.service.Plan.Resource;
import io.muster.service.Plan.ServiceSpec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Takes from a cluster.conf what placement needs. Pure: agents' metadata aren't looked at, so that
/// every node reads the same plan whatever agents it has.
public final class PlanReader {
    /// What may change while the service runs.
    private static final Set<String> RECONFIG = Set.of("domain", "autostart", "exclusive", "recovery");

    private static final List<String> SECRETS = List.of("pass", "secret", "login", "auth", "credential", "key");
    private static final int LONGEST_IDENTITY = 1024;

    private PlanReader() {}

    /// @return empty when the document isn't a valid cluster.conf
    public static Optional<Plan> read(byte[] document) {
        return ConfigReader.parse(document, "cluster.conf").config().map(PlanReader::of);
    }

    public static Plan of(ClusterConfig config) {
        RmConfig rm = config.rm();
        var services = new ArrayList<ServiceSpec>();
        var names = new ArrayList<String>();
        for (Element element : rm.services()) {
            // Of one that is a reference, all that the shared definition says counts.
            ServiceSpec spec = service(rm.whole(element), rm);
            // The first of a name counts, as in the tree of resources.
            if (!names.contains(spec.name())) {
                names.add(spec.name());
                services.add(spec);
            }
        }
        return new Plan(
                config.version(),
                Math.max(1, rm.statusPollIntervalSec()) * 1000L,
                config.nodes().stream()
                        .map(node -> new PlanNode(node.nodeid(), node.name()))
                        .toList(),
                rm.domains().stream()
                        .map(domain -> new Domain(
                                domain.name(),
                                domain.ordered(),
                                domain.restricted(),
                                domain.nofailback(),
                                domain.nodes().stream()
                                        .flatMap(member -> nodeid(config.nodes(), member.name()).stream()
                                                .map(id -> new DomainMember(id, member.priority())))
                                        .toList()))
                        .toList(),
                services);
    }

    private static Optional<Integer> nodeid(List<ClusterNode> nodes, String name) {
        return nodes.stream()
                .filter(node -> node.name().equalsIgnoreCase(name))
                .map(ClusterNode::nodeid)
                .findFirst();
    }

    private static ServiceSpec service(Element element, RmConfig rm) {
        return new ServiceSpec(
                element.type() + ":" + RmConfig.nameOf(element),
                !no(element.attribute("autostart", "1")),
                element.attribute("domain", ""),
                positive(element.attribute("exclusive", "0")),
                Recovery.of(element.attribute("recovery", "restart")),
                element.attribute("depend", ""),
                (int) Math.min(1_000_000, count(element.attribute("max_restarts", "0"))),
                TimeText.seconds(element.attribute("restart_expire_time", "0")) * 1000,
                element.type().equals("vm")
                        && element.children().stream()
                                .allMatch(child -> child.type().equals("action")),
                digest(element, rm),
                resources(element, rm));
    }

    /// The service and all that is in it, references resolved.
    private static List<Resource> resources(Element top, RmConfig rm) {
        var found = new ArrayList<Resource>();
        gather(top, rm, found);
        return found;
    }

    private static void gather(Element element, RmConfig rm, List<Resource> found) {
        String ref = element.attribute("ref");
        boolean whole = ref == null || found.isEmpty();
        Element definition = whole
                ? element
                : rm.resources().stream()
                        .filter(shared -> shared.type().equals(element.type())
                                && RmConfig.nameOf(shared).equals(ref))
                        .findFirst()
                        .orElse(element);
        var attributes = new TreeMap<String, String>();
        definition.attributes().forEach((name, value) -> {
            if (!name.equals("ref") && !secret(name) && value.length() <= LONGEST_IDENTITY) {
                attributes.put(name, value);
            }
        });
        found.add(new Resource(element.type(), attributes));
        element.children().stream()
                .filter(child -> !child.type().equals("action"))
                .forEach(child -> gather(child, rm, found));
    }

    /// Agents don't say which of their parameters are secret; none of these identifies a resource.
    private static boolean secret(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return SECRETS.stream().anyMatch(lower::contains);
    }

    private static boolean no(String text) {
        return text.equals("0") || text.equalsIgnoreCase("no");
    }

    private static boolean positive(String text) {
        return Flags.yes(text) || count(text) > 0;
    }

    private static long count(String text) {
        if (text.isEmpty() || text.length() > 9) {
            return 0;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return 0;
            }
        }
        return Long.parseLong(text);
    }

    /// Of all that makes a restart necessary: the element, what it refers to, and the defaults of
    /// resources.
    private static String digest(Element element, RmConfig rm) {
        var text = new StringBuilder();
        describe(text, element, rm, true);
        rm.resourceDefaults().forEach(defaults -> describe(text, defaults, rm, false));
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static void describe(StringBuilder text, Element element, RmConfig rm, boolean top) {
        text.append('<').append(element.type());
        var sorted = new TreeMap<>(element.attributes());
        if (top) {
            sorted.keySet().removeAll(RECONFIG);
        }
        sorted.forEach((name, value) -> text.append(' ')
                .append(name)
                .append('=')
                .append(value.length())
                .append(':')
                .append(value));
        String ref = element.attribute("ref");
        // What a service refers to is in it already.
        if (ref != null && !top) {
            for (Element shared : rm.resources()) {
                if (shared.type().equals(element.type()) && shared.attributes().containsValue(ref)) {
                    describe(text, shared, rm, false);
                }
            }
        }
        element.children().forEach(child -> describe(text, child, rm, false));
        text.append('>');
    }
}
