package io.muster.service;

import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.Remains;
import io.muster.simulator.Transcript;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// A life of three nodes, told as it happens:
///
/// | who | what |
/// |---|---|
/// | operator | what was typed or done |
/// | cman | members, quorum and fencing, as the log has them |
/// | log | what rgmanagers say to each other, at its place in the log |
/// | node1 | what its rgmanager does there |
/// | a service | its way from state to state, the same on all nodes |
/// | syslog | what operators find in the log |
/// | clustat | how things stand |
///
/// Checks that pass aren't told. Thread: one.
final class Story implements TestCluster.Witness {
    final TestCluster cluster;
    private final Transcript transcript;
    private final Set<String> told = new HashSet<>();
    private final Set<Node> known = new HashSet<>();
    private int configVersion = 1;
    private boolean telling;
    private boolean quorate;
    private long beganMs;

    /// @param about for its reader, several lines
    Story(String name, String about, Plan.ServiceSpec... services) {
        transcript = Transcript.of(Story.class, name);
        transcript.note(about);
        Plan.Domain ordered = Plans.domain("d", true, false, false, "1:1", "2:2", "3:3");
        cluster = new TestCluster(7, Plans.plan(1, 3, List.of(ordered), services));
        cluster.witness = this;
    }

    /// All three nodes come up, and services start; that is told only from here on if it isn't what the
    /// story is about.
    Story up() {
        cluster.up(1, 2, 3);
        run(5);
        return begin();
    }

    Story begin() {
        beganMs = cluster.nowMs;
        telling = true;
        if (cluster.machine(1).rg != null) {
            clustat();
        }
        return this;
    }

    private void tell(String who, String what) {
        if (telling) {
            transcript.add(cluster.nowMs - beganMs, who, what);
        }
    }

    // ---- what happens

    Story run(int seconds) {
        cluster.run(seconds * 1000L);
        return this;
    }

    /// An operator's deed.
    Story then(String what, Runnable deed) {
        transcript.add("");
        tell("operator", what);
        deed.run();
        return this;
    }

    /// Agents do as told from now on.
    Story agents(String what, TestCluster.Luck luck) {
        transcript.add("");
        transcript.note(what);
        cluster.luck = luck;
        return this;
    }

    /// A command on a node, and its answer.
    Story clusvcadm(int nodeid, RequestKind kind, String service, int target) {
        String command = switch (kind) {
            case ENABLE -> "-e " + service + member(target);
            case ENABLE_BY_DOMAIN -> "-e " + service + " -F";
            case DISABLE -> "-d " + service;
            case STOP -> "-s " + service;
            case RESTART -> "-R " + service;
            case RELOCATE -> "-r " + service + member(target);
            case MIGRATE -> "-M " + service + member(target);
            case FREEZE -> "-Z " + service;
            case UNFREEZE -> "-U " + service;
            case CONVALESCE -> "-c " + service;
            case LOCK -> "-l";
            case UNLOCK -> "-u";
            case QUERY_LOCK -> "-S";
        };
        transcript.add("");
        tell("operator", "node" + nodeid + "# clusvcadm " + command);
        cluster.ask(nodeid, kind, service, target);
        return this;
    }

    private static String member(int target) {
        return target == 0 ? "" : " -m node" + target;
    }

    Story clustat() {
        TestCluster.Rg rg = cluster.machines.values().stream()
                .map(machine -> machine.rg)
                .filter(found -> found != null && found.replica.synced() && found.machine.member)
                .findFirst()
                .orElseThrow();
        for (ServiceStatus s : rg.manager.services()) {
            boolean last = s.state().showsLastOwner() && s.lastOwner() != 0;
            String owner = last ? "(node" + s.lastOwner() + ")" : s.owner() == 0 ? "none" : "node" + s.owner();
            String flags = s.frozen() ? " [Z]" : "";
            tell("clustat", bare(s.name()) + " " + owner + " " + s.state().text() + flags);
        }
        return this;
    }

    void end() {
        clustat();
        transcript.check();
    }

    // ---- what comes of it

    private static String bare(String service) {
        return service.substring(service.indexOf(':') + 1);
    }

    private static String names(List<Node> nodes) {
        return nodes.stream().map(n -> "node" + n.nodeid()).collect(Collectors.joining(", "));
    }

    @Override
    public void effect(TestCluster.Rg rg, ServiceEffect effect) {
        String node = "node" + rg.self.nodeid();
        switch (effect) {
            case ServiceEffect.RunTree run -> {
                if (run.operation() != Operation.STATUS) {
                    tell(node, "runs " + word(run.operation()) + " of " + bare(run.service()));
                }
            }
            case ServiceEffect.StopEverything _ -> tell(node, "stops everything");
            case ServiceEffect.ReportVouched(Node run, Remains remains) -> {
                if (known.contains(run)) {
                    tell(node, "tells cman what is left of its former run: " + remains);
                }
            }
            case ServiceEffect.Answer(long _, ResultCode code, int owner, String why) ->
                tell(
                        node,
                        "answers: " + code.text() + (owner == 0 ? "" : " (node" + owner + ")")
                                + (why.isEmpty() ? "" : ": " + why));
            case ServiceEffect.Leave() -> tell(node, "rgmanager ends");
            case ServiceEffect.StateChanged s ->
                once(rg, bare(s.service()), s.from().text() + " -> " + s.to().text() + owner(s) + ": " + s.reason());
            case ServiceEffect.Notice(boolean warning, String text) -> once(rg, "syslog", text);
            case ServiceEffect.Propose _,
                    ServiceEffect.ReportRecovered _,
                    ServiceEffect.Reconfigure _,
                    ServiceEffect.NeedConfiguration _ -> {}
        }
    }

    private static String owner(ServiceEffect.StateChanged s) {
        return s.owner() == 0 ? "" : " on node" + s.owner();
    }

    /// What every replica says is told when the first one does.
    private void once(TestCluster.Rg rg, String who, String what) {
        if (told.add(rg.replica.position() + who + what)) {
            tell(who, what);
        }
    }

    private static String word(Operation operation) {
        return operation.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void entry(GroupEntry entry) {
        switch (entry) {
            case GroupEntry.Message message -> message(message);
            case GroupEntry.View view -> {
                if (!view.joined().isEmpty()) {
                    tell("cman", "rgmanager of " + names(view.joined()) + " joins the group");
                }
                view.left()
                        .forEach(left ->
                                tell("cman", "rgmanager of node" + left.node().nodeid() + " is gone"));
            }
            case GroupEntry.Membership membership -> {
                known.addAll(membership.joined());
                if (!membership.joined().isEmpty()) {
                    tell("cman", names(membership.joined()) + " joins the cluster");
                }
                membership.left().forEach(left -> {
                    if (told.add("lost " + left.node())) {
                        tell("cman", "node" + left.node().nodeid() + " is lost");
                    }
                });
            }
            case GroupEntry.Quorum(long position, boolean now) -> {
                if (now != quorate) {
                    tell("cman", now ? "quorum regained" : "quorum lost");
                    quorate = now;
                }
            }
            case GroupEntry.Fenced fenced when fenced.victim().incarnation().equals(Incarnation.UNKNOWN) -> {}
            case GroupEntry.Fenced fenced ->
                tell("cman", "node" + fenced.victim().nodeid() + " is proven harmless: " + fenced.how());
            case GroupEntry.Vouched vouched ->
                tell("cman", "on node" + vouched.run().nodeid() + " may still run: " + vouched.remains());
            case GroupEntry.Config config -> {
                // Said again to newcomers.
                if (config.version() != configVersion) {
                    configVersion = config.version();
                    tell("cman", "cluster.conf version " + config.version() + " is in force");
                }
            }
            case GroupEntry.Recovered _ -> {}
        }
    }

    private void message(GroupEntry.Message message) {
        byte[] payload = message.payload();
        if (payload[0] != 1) {
            return;
        }
        String from = "node" + message.from().nodeid() + ": ";
        String late = message.regular() ? "" : " (transitional)";
        try {
            String said = switch (ServiceMessage.decode(Arrays.copyOfRange(payload, 1, payload.length))) {
                case ServiceMessage.Ready ready ->
                    ready.unclean().isEmpty()
                            ? "everything is stopped"
                            : "everything is stopped but "
                                    + bare(ready.unclean().getFirst());
                case ServiceMessage.Outcome outcome ->
                    word(outcome.operation()) + " of " + bare(outcome.service())
                            + (outcome.success() ? " succeeded" : " failed");
                case ServiceMessage.Checked checked ->
                    "check of " + bare(checked.service()) + (checked.success() ? " passed" : " failed");
                case ServiceMessage.Asked _ -> "an operator asks";
                case ServiceMessage.Leaving _ -> "wants to end";
                case ServiceMessage.Look _ -> "look at what has changed";
                case ServiceMessage.Agents m -> "agents " + m.table().types().size();
                case ServiceMessage.Unfit m -> "can't run " + m.services().keySet();
            };
            tell("log", from + said + late);
        } catch (MalformedMessage e) {
            throw new AssertionError(e);
        }
    }
}
