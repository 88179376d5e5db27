package io.muster.rehearsal;

import io.muster.ccs.daemon.CcsDaemon;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.fence.DomainReport;
import io.muster.fence.daemon.FenceDaemon;
import io.muster.model.ModelCman;
import io.muster.model.ModelNode;
import io.muster.model.Unit;
import io.muster.service.RequestKind;
import io.muster.service.ServiceManager;
import io.muster.service.ServiceState;
import io.muster.service.ServiceStatus;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The operator in calm, who looks around every ten seconds and sees to what only an operator can see to;
/// and what is still owed to him.
final class Care {
    private static final int FIRST_MS = 5000;
    private static final int AGAIN_MS = 10_000;

    private final Site site;
    /// Victims that were there when he looked last.
    private final Set<Node> before = new HashSet<>();
    private int turn;
    private boolean on;

    Care(Site site) {
        this.site = site;
    }

    void begin() {
        on = true;
        int mine = ++turn;
        site.model().simulation().afterMs(FIRST_MS, () -> lookAround(mine));
    }

    void end() {
        on = false;
    }

    private void lookAround(int mine) {
        if (!on || mine != turn) {
            return;
        }
        List<ModelNode> nodes = nodes();
        // What couldn't be taken out of the file stays in it.
        nodes.forEach(node -> site.documents().draft().keep(node.nodeid()));
        nodes.forEach(this::machine);
        site.model().nodes().values().stream()
                .filter(node -> !nodes.contains(node) && node.machine().up())
                .forEach(this::retire);
        nodes.stream()
                .filter(node ->
                        Site.manager(node).filter(ServiceManager::quorate).isPresent())
                .findFirst()
                .ifPresent(node -> services(node, Site.manager(node).orElseThrow()));
        nodes.stream()
                .filter(node -> report(node).quorate())
                .findFirst()
                .ifPresent(node -> victims(node, report(node)));
        votes(nodes);
        site.model().simulation().afterMs(AGAIN_MS, () -> lookAround(mine));
    }

    /// The machines that the configuration in force names.
    private List<ModelNode> nodes() {
        return site.wanted().nodes().stream()
                .map(nodeid -> site.model().node(nodeid))
                .toList();
    }

    private void machine(ModelNode node) {
        if (!node.named()) {
            giveDocument(node);
        }
        if (!node.machine().up()) {
            site.boot(node);
        } else if (node.cman().isEmpty()) {
            // cman's unit has no automatic restart; nobody has fenced the node, so somebody must see to it.
            node.say("operator restarts the machine");
            site.powerOff(node);
            site.model().simulation().afterMs(1000, () -> site.boot(node));
        } else {
            for (Unit unit : List.of(Site.CCSD, Site.FENCED, Site.RGMANAGER)) {
                node.start(unit);
            }
        }
    }

    /// It is in the file no more, and stays a member until it leaves.
    private void retire(ModelNode node) {
        if (node.cman().isPresent()) {
            site.operator().leave(node, true, true);
        } else {
            node.say("operator switches off what is in cluster.conf no more");
            site.powerOff(node);
        }
    }

    /// It was added while it couldn't hear of it: somebody copies the file that is in force.
    private void giveDocument(ModelNode node) {
        int version = site.versionInForce();
        nodes().stream()
                .map(ModelNode::document)
                .filter(document -> site.documents().version(document) == version)
                .findFirst()
                .ifPresent(document -> {
                    node.say("operator copies cluster.conf " + version);
                    node.files().put(node.layout().clusterConf(), document);
                });
    }

    private void services(ModelNode node, ServiceManager manager) {
        if (manager.locked()) {
            site.operator().clusvcadm(node, RequestKind.UNLOCK, "", 0);
        }
        manager.services().forEach(service -> bringBack(node, service));
    }

    private void bringBack(ModelNode node, ServiceStatus service) {
        if (service.frozen()) {
            site.operator().clusvcadm(node, RequestKind.UNFREEZE, service.name(), 0);
        }
        boolean down = service.state() == ServiceState.FAILED
                || service.state() == ServiceState.DISABLED
                || service.state() == ServiceState.STOPPED;
        int number = Truth.service("/" + service.name().substring("service:".length()));
        if (down && (site.truth().hasFailed(number) || site.wanted().byHand(number))) {
            // As clustat says: that stops it where a stop has failed.
            if (service.state() == ServiceState.FAILED || service.barred().contains("clusvcadm -d")) {
                site.operator().clusvcadm(node, RequestKind.DISABLE, service.name(), 0);
            }
            site.operator().clusvcadm(node, RequestKind.ENABLE_BY_DOMAIN, service.name(), 0);
        }
    }

    private static DomainReport report(ModelNode node) {
        return node.daemon("fenced", FenceDaemon.class).map(FenceDaemon::report).orElse(DomainReport.absent());
    }

    /// Who can't be fenced by an agent is switched off, or is off already, and the operator says so.
    private void victims(ModelNode node, DomainReport report) {
        for (DomainReport.VictimLine victim : report.victims()) {
            Draft.NodeLine line =
                    site.documents().draft().nodes().get(victim.node().nodeid());
            ModelNode target = site.model().node(victim.node().nodeid());
            Optional<Node> run = target.run();
            boolean unknown = victim.node().incarnation().equals(Incarnation.UNKNOWN);
            if (victim.proven() || victim.claimedBy() != 0) {
                continue;
            }
            boolean again = !before.add(victim.node());
            // Agents reach whoever the file names with a method, and whoever a former file did, which they
            // are left the time for. Who was never met and is there now answers for itself.
            boolean others = line == null ? !again : line.methods() > 0 || unknown && run.isPresent();
            if (others) {
                continue;
            }
            if (target.machine().up() && (run.equals(Optional.of(victim.node())) || run.isEmpty())) {
                target.say("operator switches the machine off and on");
                site.powerOff(target);
                site.model().simulation().afterMs(2000, () -> site.boot(target));
            }
            if (unknown || site.truth().harmless(victim.node())) {
                site.operator().acknowledge(node, victim.node());
            }
        }
    }

    private void votes(List<ModelNode> nodes) {
        if (site.votesAsWritten()) {
            return;
        }
        int sum = site.documents().draft().votes();
        nodes.stream()
                .filter(node -> node.cman()
                        .filter(cman -> cman.core().cman().status().tally().expected() != sum)
                        .isPresent())
                .findFirst()
                .ifPresent(node -> {
                    site.documents()
                            .draft()
                            .nodes()
                            .forEach((nodeid, line) -> site.operator().votes(node, nodeid, line.votes()));
                    site.operator().expect(node, sum);
                });
    }

    // ---- what is owed

    /// What is still owed; empty when all is well.
    String owed() {
        Documents.Wanted wanted = site.wanted();
        var owed = new StringBuilder();
        for (ModelNode node : nodes()) {
            for (String line : owed(node, wanted).lines().toList()) {
                owed.append("node ")
                        .append(node.nodeid())
                        .append(": ")
                        .append(line)
                        .append('\n');
            }
        }
        return owed.toString();
    }

    private String owed(ModelNode node, Documents.Wanted wanted) {
        ModelCman cman = node.cman().orElse(null);
        if (!node.machine().up() || cman == null) {
            return "down";
        }
        if (!cman.ring().operational()
                || cman.ring().members().size() != wanted.nodes().size()) {
            return "ring " + cman.ring().phase() + cman.ring().members();
        }
        return (cman.quorate() ? "" : "inquorate " + cman.core().cman().status().tally() + "\n")
                + owedFencing(node)
                + owedConfiguration(node, cman)
                + owedServices(node, wanted);
    }

    private static String owedFencing(ModelNode node) {
        DomainReport report = report(node);
        if (!report.joined()) {
            return "no fenced\n";
        }
        return report.victims().isEmpty() ? "" : "victims " + report.victims() + "\n";
    }

    private String owedConfiguration(ModelNode node, ModelCman cman) {
        byte[] first = site.model().node(site.wanted().nodes().first()).document();
        boolean equal = Arrays.equals(node.document(), first);
        int inForce = cman.core().cman().status().configVersion();
        boolean ccsd = node.daemon("ccsd", CcsDaemon.class)
                .filter(daemon -> daemon.member().synced())
                .isPresent();
        Documents documents = site.documents();
        return (ccsd ? "" : "no ccsd\n")
                + (equal && inForce == documents.version(first)
                        ? ""
                        : "configuration " + documents.version(node.document()) + " on disk, " + inForce
                                + " in cman, first " + documents.version(first) + "\n");
    }

    private String owedServices(ModelNode node, Documents.Wanted wanted) {
        ServiceManager manager = Site.manager(node).orElse(null);
        if (manager == null) {
            return "no rgmanager\n";
        }
        var owed = new StringBuilder();
        for (int number : wanted.services().keySet()) {
            Optional<ServiceStatus> status = manager.services().stream()
                    .filter(one -> one.name().equals("service:s" + number))
                    .findFirst();
            if (status.isEmpty()) {
                owed.append("service s").append(number).append(" unknown\n");
            } else if (wanted.roomForAll() && !up(status.get(), wanted.resources(number))) {
                owed.append(status.get())
                        .append(" unproven ")
                        .append(manager.unproven())
                        .append('\n');
            }
        }
        return owed.toString();
    }

    private boolean up(ServiceStatus status, List<String> resources) {
        return status.state() == ServiceState.STARTED
                && resources.stream()
                        .allMatch(what -> site.truth().there(site.model().node(status.owner()), what));
    }
}
