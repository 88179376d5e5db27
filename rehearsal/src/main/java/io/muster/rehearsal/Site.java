package io.muster.rehearsal;

import io.muster.ccs.daemon.CcsDaemon;
import io.muster.fence.DomainReport;
import io.muster.fence.FenceSettings;
import io.muster.fence.daemon.FenceDaemon;
import io.muster.member.daemon.MemberDaemon.Around;
import io.muster.model.ModelCluster;
import io.muster.model.ModelCman;
import io.muster.model.ModelNode;
import io.muster.model.Unit;
import io.muster.service.RequestKind;
import io.muster.service.ServiceManager;
import io.muster.service.ServiceState;
import io.muster.service.ServiceStatus;
import io.muster.service.daemon.RgManager;
import io.muster.simulator.NetworkOptions;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/// A whole cluster as it ships, in a false world: cman, ccsd, fenced and rgmanager on some machines,
/// their agents and their power. Says what must never happen ([Truth], [Lives]) and what is still owed
/// in calm.
final class Site {
    static final Unit CCSD = new Unit("ccsd", 20, 100, 500, false, Site::ccsd);
    static final Unit FENCED = new Unit("fenced", 50, 300, 100, true, Site::fenced);
    static final Unit RGMANAGER = new Unit("rgmanager", 50, 500, 1000, true, Site::rgmanager);

    /// Later configurations keep the short time limit of the first.
    private static final FenceDaemon.Options FENCING = new FenceDaemon.Options(
            true, new FenceSettings.Overrides(false, FenceSettings.Overrides.UNSET, Documents.AGENT_TIMEOUT_MS));

    private final ModelCluster model;
    private final Truth truth = new Truth(this);
    private final Documents documents = new Documents();
    private final Operator operator = new Operator(this);
    private final int size;
    private final int services;
    private Faults faults;
    private int version = 1;

    Site(long seed, int size, int services, NetworkOptions options, Faults faults) {
        this.size = size;
        this.services = services;
        this.faults = faults;
        this.model = new ModelCluster(seed, size, Documents.make(size, services, 1), options);
        model.programs(new Agents(this));
        model.watch(Lives::records);
        model.nodes().values().forEach(node -> Agents.install(node.files()));
        model.unit(CCSD);
        model.unit(FENCED);
        model.unit(RGMANAGER);
    }

    private static Object ccsd(ModelNode node, Around around) throws IOException {
        return CcsDaemon.start(around, false);
    }

    private static Object fenced(ModelNode node, Around around) throws IOException {
        return FenceDaemon.start(around, FENCING);
    }

    private static Object rgmanager(ModelNode node, Around around) throws IOException {
        return RgManager.start(around);
    }

    ModelCluster model() {
        return model;
    }

    Truth truth() {
        return truth;
    }

    Operator operator() {
        return operator;
    }

    Faults faults() {
        return faults;
    }

    /// A document with the next version number.
    byte[] nextDocument() {
        return Documents.make(size, services, ++version);
    }

    void powerOff(ModelNode node) {
        node.powerOff();
        truth.off(node);
    }

    /// The power of a machine goes off and on.
    void powerCycle(int victim) {
        ModelNode target = model.node(victim);
        target.say("is switched off and on");
        powerOff(target);
        model.simulation().afterMs(500 + model.simulation().dice().nextInt(2000), target::boot);
    }

    // What must happen in the end.

    /// Ends all trouble and sees to what an operator would see to.
    void calmDown() {
        faults = Faults.NONE;
        model.calm();
        model.simulation().afterMs(5000, this::lookAround);
    }

    private void lookAround() {
        for (ModelNode node : model.nodes().values()) {
            if (!node.machine().up()) {
                node.boot();
            } else if (node.cman().isEmpty()) {
                // cman's unit has no automatic restart; nobody has fenced the node, so somebody must
                // see to it.
                node.say("operator restarts the machine");
                powerOff(node);
                model.simulation().afterMs(1000, node::boot);
            }
        }
        for (ModelNode node : model.nodes().values()) {
            Optional<ServiceManager> manager = manager(node).filter(ServiceManager::quorate);
            if (manager.isPresent()) {
                manager.get().services().forEach(service -> bringBack(node, service));
                break;
            }
        }
        model.simulation().afterMs(10_000, this::lookAround);
    }

    private void bringBack(ModelNode node, ServiceStatus service) {
        boolean down = service.state() == ServiceState.FAILED
                || service.state() == ServiceState.DISABLED
                || service.state() == ServiceState.STOPPED;
        if (down && truth.hasFailed(service.name())) {
            if (service.state() == ServiceState.FAILED) {
                operator.clusvcadm(node, RequestKind.DISABLE, service.name(), 0);
            }
            operator.clusvcadm(node, RequestKind.ENABLE_BY_DOMAIN, service.name(), 0);
        }
    }

    private static Optional<ServiceManager> manager(ModelNode node) {
        return node.daemon("rgmanager", RgManager.class).flatMap(RgManager::manager);
    }

    /// What is still owed; empty when all is well.
    String owed() {
        var owed = new StringBuilder();
        for (ModelNode node : model.nodes().values()) {
            for (String line : owed(node).lines().toList()) {
                owed.append("node ")
                        .append(node.nodeid())
                        .append(": ")
                        .append(line)
                        .append('\n');
            }
        }
        return owed.toString();
    }

    private String owed(ModelNode node) {
        ModelCman cman = node.cman().orElse(null);
        if (!node.machine().up() || cman == null) {
            return "down";
        }
        if (!cman.ring().operational() || cman.ring().members().size() != size) {
            return "ring " + cman.ring().phase() + cman.ring().members();
        }
        var owed = new StringBuilder();
        if (!cman.quorate()) {
            owed.append("inquorate\n");
        }
        owed.append(owedFencing(node)).append(owedConfiguration(node, cman)).append(owedServices(node));
        return owed.toString();
    }

    private static String owedFencing(ModelNode node) {
        DomainReport report = node.daemon("fenced", FenceDaemon.class)
                .map(FenceDaemon::report)
                .orElse(DomainReport.absent());
        if (!report.joined()) {
            return "no fenced\n";
        }
        return report.victims().isEmpty() ? "" : "victims " + report.victims() + "\n";
    }

    private String owedConfiguration(ModelNode node, ModelCman cman) {
        byte[] first = model.node(1).document();
        boolean equal = Arrays.equals(node.document(), first);
        int inForce = cman.core().cman().status().configVersion();
        boolean ccsd = node.daemon("ccsd", CcsDaemon.class)
                .filter(daemon -> daemon.member().synced())
                .isPresent();
        return (ccsd ? "" : "no ccsd\n")
                + (equal && inForce == documents.version(first)
                        ? ""
                        : "configuration " + documents.version(node.document()) + " on disk, " + inForce
                                + " in cman, first " + documents.version(first) + "\n");
    }

    private String owedServices(ModelNode node) {
        ServiceManager manager = manager(node).orElse(null);
        if (manager == null) {
            return "no rgmanager\n";
        }
        long started = manager.services().stream()
                .filter(service -> service.state() == ServiceState.STARTED
                        && truth.runs(model.node(service.owner()), service.name()))
                .count();
        return started == services ? "" : "services " + manager.services() + " unproven " + manager.unproven() + "\n";
    }
}
