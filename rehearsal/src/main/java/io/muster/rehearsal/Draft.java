package io.muster.rehearsal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The cluster.conf of a rehearsed cluster, as its operator has it in the editor: nodes, votes, rules
/// of quorum, ways of fencing, failover domains, services. Drawn once, changed in the course of a
/// story.
final class Draft {
    /// So short that an agent that hangs doesn't fill a story.
    static final int AGENT_TIMEOUT_MS = 4000;

    /// One node.
    ///
    /// @param methods ways to fence it, 0 to 2
    record NodeLine(int votes, int methods) {}

    /// One service.
    ///
    /// @param variant changes with its resources' parameters
    /// @param parts which resources it has: 1 file system, 2 address; a script always
    record ServiceLine(
            int variant,
            int parts,
            boolean autostart,
            String recovery,
            String domain,
            boolean exclusive,
            int depend,
            int maxRestarts) {}

    private final SortedMap<Integer, NodeLine> nodes = new TreeMap<>();
    private final SortedMap<Integer, ServiceLine> services = new TreeMap<>();
    /// Who has gone from the file since it was drawn.
    private final SortedSet<Integer> removed = new TreeSet<>();

    private final int size;
    private final boolean twoNode;
    private final boolean waitForAll;
    private final boolean lastMan;
    private final boolean autoTie;
    private final int tokenMs;
    private final int postJoinSec;
    private final int postFailSec;
    /// Whether few messages fit into a token's round: then clients wait, and are refused.
    private final boolean narrow;
    private int variants;

    /// Resources of services that have others than those drawn for them, and numbers of services that
    /// have no name of their own: what was moved between services, and services that were renamed.
    private final SortedMap<Integer, List<String>> given = new TreeMap<>();

    /// @param size machines there are
    /// @param plain whether it is to be without rarities
    Draft(int size, boolean plain, Random dice) {
        this.size = size;
        boolean votes = !plain && size > 2 && dice.nextInt(4) == 0;
        int methods = plain || dice.nextInt(5) > 0 ? 1 : dice.nextInt(3);
        boolean late = !plain && size > 2 && dice.nextInt(6) == 0;
        for (int id = 1; id <= size - (late ? 1 : 0); id++) {
            nodes.put(id, new NodeLine(votes ? 1 + dice.nextInt(3) : 1, methods));
        }
        this.twoNode = size == 2 && dice.nextInt(8) != 0;
        boolean rules = !plain && dice.nextInt(3) == 0;
        this.waitForAll = rules && dice.nextBoolean();
        this.autoTie = rules && !twoNode && dice.nextBoolean();
        this.lastMan = rules && !twoNode && waitForAll && dice.nextInt(3) == 0;
        this.tokenMs = plain || dice.nextInt(3) > 0
                ? 1000
                : List.of(300, 500, 2000, 5000, 20_000).get(dice.nextInt(5));
        this.postJoinSec = plain ? 2 : 1 + dice.nextInt(4);
        this.postFailSec = plain || dice.nextInt(3) > 0 ? 0 : 1 + dice.nextInt(2);
        int count = 1 + dice.nextInt(4);
        for (int number = 1; number <= count; number++) {
            services.put(number, service(plain, dice));
        }
        this.narrow = !plain && dice.nextInt(8) == 0;
    }

    /// One with nothing special: a way to fence each node, and services of a file system and a script.
    Draft(int size, int count) {
        this(size, true, new Random(0));
        services.clear();
        for (int number = 1; number <= count; number++) {
            services.put(number, new ServiceLine(number, 1, true, "restart", "ordered", false, 0, 0));
        }
    }

    private ServiceLine service(boolean plain, Random dice) {
        int before = services.isEmpty() ? 0 : services.firstKey();
        return new ServiceLine(
                ++variants,
                dice.nextInt(4),
                plain || dice.nextInt(8) != 0,
                List.of("restart", "relocate", "disable").get(dice.nextInt(plain || dice.nextInt(4) > 0 ? 2 : 3)),
                domain(plain, dice),
                !plain && dice.nextInt(16) == 0,
                plain || dice.nextInt(8) > 0 ? 0 : before,
                plain || dice.nextInt(4) > 0 ? 0 : 1 + dice.nextInt(3));
    }

    private static String domain(boolean plain, Random dice) {
        return switch (dice.nextInt(plain ? 3 : 6)) {
            case 1 -> "ordered";
            case 3 -> "restricted";
            case 4 -> "sticky";
            default -> "";
        };
    }

    /// Nodes as the file has them.
    SortedMap<Integer, NodeLine> nodes() {
        return nodes;
    }

    /// Services as the file has them.
    SortedMap<Integer, ServiceLine> services() {
        return services;
    }

    int tokenMs() {
        return tokenMs;
    }

    int votes() {
        return nodes.values().stream().mapToInt(NodeLine::votes).sum();
    }

    private boolean twoNode() {
        return twoNode && nodes.size() == 2;
    }

    /// Whether the rules of quorum leave one side quorate at most: of two nodes each is.
    boolean oneQuorum() {
        return !twoNode && !lastMan && removed.isEmpty();
    }

    /// A machine that no file names yet, or none any more; 0 for none.
    int unnamed() {
        for (int id = 1; id <= size; id++) {
            if (!nodes.containsKey(id) && !removed.contains(id)) {
                return id;
            }
        }
        return 0;
    }

    void add(int nodeid) {
        nodes.put(
                nodeid,
                new NodeLine(
                        1, Objects.requireNonNull(nodes.get(nodes.firstKey())).methods()));
    }

    /// It is in the file after all.
    void keep(int nodeid) {
        if (!nodes.containsKey(nodeid)) {
            add(nodeid);
            removed.remove(nodeid);
        }
    }

    void remove(int nodeid) {
        nodes.remove(nodeid);
        removed.add(nodeid);
    }

    /// Changes something about services.
    ///
    /// @param edition what is drawn
    /// @return what, in words
    String edit(Random dice, Edition edition) {
        int first = services.firstKey();
        int some = List.copyOf(services.keySet()).get(dice.nextInt(services.size()));
        ServiceLine line = Objects.requireNonNull(services.get(some));
        switch (dice.nextInt(6)) {
            case 0 -> {
                if (services.size() > 1 && some != first) {
                    services.remove(some);
                    given.remove(some);
                    services.replaceAll((_, other) -> other.depend() == some ? with(other, other.domain(), 0) : other);
                    return "service s" + some + " is taken out";
                }
            }
            case 1, 2 -> {
                for (int number = 1; number <= 5; number++) {
                    if (!services.containsKey(number)) {
                        services.put(number, service(false, dice));
                        return "service s" + number + " is put in";
                    }
                }
            }
            case 3 -> {
                given.remove(some);
                services.put(
                        some,
                        new ServiceLine(
                                ++variants,
                                line.parts(),
                                line.autostart(),
                                line.recovery(),
                                line.domain(),
                                line.exclusive(),
                                line.depend(),
                                line.maxRestarts()));
                return "service s" + some + " has other resources";
            }
            case 4 -> {
                services.put(some, with(line, domain(false, dice), line.depend()));
                return "service s" + some + " is in another domain";
            }
            default -> {
                if (edition.moves()) {
                    return Moves.some(this, dice);
                }
            }
        }
        return "nothing changes but the version";
    }

    private static ServiceLine with(ServiceLine line, String domain, int depend) {
        return new ServiceLine(
                line.variant(),
                line.parts(),
                line.autostart(),
                line.recovery(),
                domain,
                line.exclusive(),
                depend,
                line.maxRestarts());
    }

    /// What must be there where a service runs now.
    List<String> has(int number) {
        ServiceLine line = services.get(number);
        List<String> moved = given.get(number);
        return moved != null ? moved : line == null ? List.of() : resources(number, line);
    }

    /// Which services have other resources than those drawn for them.
    SortedMap<Integer, List<String>> given() {
        return given;
    }

    /// A service has these resources from now on.
    void give(int number, List<String> resources) {
        given.put(number, List.copyOf(resources));
    }

    /// A service goes by another number from now on; all else of it stays.
    void rename(int from, int to) {
        List<String> moved = has(from);
        services.put(to, Objects.requireNonNull(services.remove(from)));
        given.remove(from);
        give(to, moved);
        services.replaceAll((_, other) -> other.depend() == from ? with(other, other.domain(), 0) : other);
    }

    /// What must be there where a service runs that nothing was moved to or from: its device, its
    /// address, its process.
    static List<String> resources(int number, ServiceLine line) {
        var all = new ArrayList<String>();
        if ((line.parts() & 1) != 0) {
            all.add("/dev/s" + number + "." + line.variant());
        }
        if ((line.parts() & 2) != 0) {
            all.add("10.0." + line.variant() + "." + number);
        }
        all.add("/etc/init.d/s" + number);
        return all;
    }

    byte[] text(int version) {
        var text = new StringBuilder("<?xml version=\"1.0\"?>\n<cluster name=\"sim\" config_version=\"")
                .append(version)
                .append("\">\n");
        cman(text);
        text.append("  <totem token=\"")
                .append(tokenMs)
                .append(narrow ? "\" window_size=\"4\" max_messages=\"2" : "")
                .append("\"/>\n  <fence_daemon post_join_delay=\"")
                .append(postJoinSec)
                .append("\" post_fail_delay=\"")
                .append(postFailSec)
                .append("\" override_time=\"1\"/>\n  <clusternodes>\n");
        nodes.forEach((id, node) -> node(text, id, node));
        text.append("  </clusternodes>\n");
        if (nodes.values().stream().anyMatch(node -> node.methods() > 0)) {
            text.append("  <fencedevices><fencedevice name=\"pdu\" agent=\"fence_sim\"/></fencedevices>\n");
        }
        text.append("  <rm>\n    <failoverdomains>\n");
        domain(text, "ordered", "ordered=\"1\"", nodes.size());
        domain(text, "restricted", "restricted=\"1\"", Math.max(2, nodes.size() - 1));
        domain(text, "sticky", "ordered=\"1\" nofailback=\"1\"", 2);
        text.append("    </failoverdomains>\n");
        SortedSet<String> shared = shared();
        text.append(shared.isEmpty() ? "" : "    <resources>\n");
        shared.forEach(file -> text.append("      <script name=\"s")
                .append(Truth.service(file))
                .append("\" file=\"")
                .append(file)
                .append("\"/>\n"));
        text.append(shared.isEmpty() ? "" : "    </resources>\n");
        services.forEach((number, line) -> service(text, number, line, has(number), shared));
        return text.append("  </rm>\n</cluster>\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /// Scripts that several services have.
    private SortedSet<String> shared() {
        var once = new TreeSet<String>();
        var more = new TreeSet<String>();
        for (int number : services.keySet()) {
            for (String what : has(number)) {
                if (what.startsWith("/etc/") && !once.add(what)) {
                    more.add(what);
                }
            }
        }
        return more;
    }

    private void cman(StringBuilder text) {
        text.append("  <cman");
        if (twoNode()) {
            text.append(" two_node=\"1\" expected_votes=\"1\"");
            text.append(waitForAll ? "" : " wait_for_all=\"0\"");
        } else {
            text.append(waitForAll ? " wait_for_all=\"1\"" : "");
        }
        text.append(lastMan ? " last_man_standing=\"1\" last_man_standing_window=\"2000\"" : "");
        text.append(autoTie ? " auto_tie_breaker=\"1\"" : "").append("/>\n");
    }

    private static void node(StringBuilder text, int id, NodeLine node) {
        text.append("    <clusternode name=\"n")
                .append(id)
                .append("\" nodeid=\"")
                .append(id);
        text.append("\" votes=\"").append(node.votes()).append("\">");
        if (node.methods() > 0) {
            text.append("<fence>");
            for (int method = 1; method <= node.methods(); method++) {
                text.append("<method name=\"m").append(method);
                text.append("\"><device name=\"pdu\" port=\"").append(id).append("\"/></method>");
            }
            text.append("</fence>");
        }
        text.append("</clusternode>\n");
    }

    private void domain(StringBuilder text, String name, String rules, int most) {
        text.append("      <failoverdomain name=\"")
                .append(name)
                .append("\" ")
                .append(rules)
                .append('>');
        nodes.keySet().stream()
                .sorted(Comparator.naturalOrder())
                .limit(most)
                .forEach(id -> text.append("<failoverdomainnode name=\"n")
                        .append(id)
                        .append("\" priority=\"")
                        .append(id)
                        .append("\"/>"));
        text.append("</failoverdomain>\n");
    }

    private static void service(
            StringBuilder text, int number, ServiceLine line, List<String> has, SortedSet<String> shared) {
        String name = "s" + number;
        text.append("    <service name=\"").append(name);
        text.append("\" autostart=\"").append(line.autostart() ? 1 : 0);
        text.append("\" recovery=\"").append(line.recovery()).append('"');
        text.append(line.domain().isEmpty() ? "" : " domain=\"" + line.domain() + "\"");
        text.append(line.exclusive() ? " exclusive=\"1\"" : "");
        text.append(line.depend() == 0 ? "" : " depend=\"service:s" + line.depend() + "\"");
        text.append(
                line.maxRestarts() == 0
                        ? ""
                        : " max_restarts=\"" + line.maxRestarts() + "\" restart_expire_time=\"60\"");
        text.append('>');
        for (String resource : has) {
            String own = "s" + Truth.service(resource);
            if (resource.startsWith("/dev/")) {
                text.append("<fs name=\"").append(own).append("-fs\" device=\"").append(resource);
                text.append("\" mountpoint=\"/mnt/").append(own).append("\" fstype=\"ext4\"/>");
            } else if (shared.contains(resource)) {
                text.append("<script ref=\"").append(own).append("\"/>");
            } else if (resource.startsWith("/")) {
                text.append("<script name=\"")
                        .append(own)
                        .append("\" file=\"")
                        .append(resource)
                        .append("\"/>");
            } else {
                text.append("<ip address=\"").append(resource).append("\"/>");
            }
        }
        text.append("</service>\n");
    }
}
