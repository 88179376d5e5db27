package io.muster.rehearsal;

import io.muster.ccs.daemon.CcsDaemon;
import io.muster.fence.FenceSettings;
import io.muster.fence.daemon.FenceDaemon;
import io.muster.member.daemon.MemberDaemon;
import io.muster.member.daemon.MemberDaemon.Around;
import io.muster.model.ModelCluster;
import io.muster.model.ModelNode;
import io.muster.model.Unit;
import io.muster.service.ServiceManager;
import io.muster.service.daemon.RgManager;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// A whole cluster as it ships, in a false world: cman, ccsd, fenced and rgmanager on some machines,
/// their agents, their power, their operator.
final class Site {
    static final Unit CCSD = new Unit("ccsd", 20, 100, 500, false, Site::ccsd);
    static final Unit FENCED = new Unit("fenced", 50, 300, 100, true, Site::fenced);
    static final Unit RGMANAGER = new Unit("rgmanager", 50, 500, 1000, true, Site::rgmanager);

    /// Later configurations keep the short time limit of the first.
    private static final FenceDaemon.Options FENCING = new FenceDaemon.Options(
            true, new FenceSettings.Overrides(false, FenceSettings.Overrides.UNSET, Draft.AGENT_TIMEOUT_MS));

    /// How long a unit's stop may take.
    private static final long STOP_MS = 30_000;

    private final Script script;
    private final ModelCluster model;
    private final Truth truth = new Truth(this);
    private final Documents documents;
    private final Operator operator = new Operator(this);
    private final Agents agents = new Agents(this);
    private final Mischief mischief;
    private final Care care;
    private final Map<Rare, Integer> rare = new EnumMap<>(Rare.class);
    private Luck luck;
    private boolean trouble = true;
    private boolean votesByHand;
    private int strikes;

    Site(Script script) {
        this(script, script.draft());
    }

    /// @param draft the cluster.conf that all begin with
    Site(Script script, Draft draft) {
        this.script = script;
        this.documents = new Documents(draft);
        this.model = new ModelCluster(script.seed(), script.size(), documents.next(), script.network(), false);
        this.luck = script.luck();
        this.mischief = new Mischief(this);
        this.care = new Care(this);
        model.mtuBytes(script.mtuBytes());
        model.programs(agents);
        model.watch(new Lives(this)::records);
        model.watch(new Witness(this));
        var configurations = new Configurations(this);
        model.watch(configurations::records);
        model.watch(configurations);
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
        // Some are started so that what is frozen runs on.
        return RgManager.start(around, node.nodeid() % 2 == 1);
    }

    Script script() {
        return script;
    }

    ModelCluster model() {
        return model;
    }

    Truth truth() {
        return truth;
    }

    Documents documents() {
        return documents;
    }

    Operator operator() {
        return operator;
    }

    Agents agents() {
        return agents;
    }

    Mischief mischief() {
        return mischief;
    }

    Care care() {
        return care;
    }

    /// How badly agents behave just now.
    Luck luck() {
        return luck;
    }

    void luck(Luck now) {
        luck = now;
    }

    /// Whether this is no calm.
    boolean trouble() {
        return trouble;
    }

    /// Whether an operator has changed votes: then two sides may be quorate.
    boolean votesAsWritten() {
        return !votesByHand;
    }

    /// Whether two rings that are quorate at once break a promise.
    boolean oneQuorum() {
        return !votesByHand && documents.draft().oneQuorum();
    }

    void votesByHand() {
        votesByHand = true;
    }

    void rare(Rare seen) {
        rare.merge(seen, 1, Integer::sum);
    }

    Map<Rare, Integer> rare() {
        return rare;
    }

    /// A fence agent is started.
    void strikes() {
        strikes++;
    }

    int fencings() {
        return strikes;
    }

    void moment(Moment moment, ModelNode node) {
        if (trouble) {
            mischief.moment(moment, node);
        }
    }

    // ---- machines

    /// Switches a machine on, if the cluster knows it.
    void boot(ModelNode node) {
        if (named(node)) {
            node.boot();
        }
    }

    void startCman(ModelNode node) {
        if (named(node)) {
            node.startCman();
        }
    }

    private boolean named(ModelNode node) {
        return documents.draft().nodes().containsKey(node.nodeid())
                || wanted().nodes().contains(node.nodeid());
    }

    void powerOff(ModelNode node) {
        truth.off(node);
        node.powerOff();
    }

    /// The power of a machine goes off and on.
    void powerCycle(int victim) {
        ModelNode target = model.node(victim);
        target.say("is switched off and on");
        powerOff(target);
        model.simulation().afterMs(500 + model.simulation().dice().nextInt(2000), () -> boot(target));
    }

    /// A unit is stopped in good order, and started so long after it has ended.
    void stop(ModelNode node, Unit unit, int againMs) {
        member(node, unit).ifPresent(daemon -> {
            node.say(unit.name() + " is stopped");
            node.stop(unit, daemon, STOP_MS, () -> {
                node.say(unit.name() + " has stopped");
                node.later(againMs, () -> node.start(unit));
            });
        });
    }

    private static Optional<MemberDaemon<?, ?>> member(ModelNode node, Unit unit) {
        return unit == FENCED
                ? node.daemon("fenced", FenceDaemon.class).map(FenceDaemon::member)
                : node.daemon("rgmanager", RgManager.class).map(RgManager::member);
    }

    static Optional<ServiceManager> manager(ModelNode node) {
        return node.daemon("rgmanager", RgManager.class).flatMap(RgManager::manager);
    }

    /// The version of the configuration that the cluster has.
    int versionInForce() {
        return model.nodes().values().stream()
                .flatMap(node -> node.cman().stream())
                .mapToInt(cman -> cman.core().cman().status().configVersion())
                .max()
                .orElse(1);
    }

    Documents.Wanted wanted() {
        return documents.wanted(versionInForce());
    }

    // ---- rounds

    /// Ends all trouble; from now on an operator sees to what one would see to.
    void calm() {
        trouble = false;
        luck = Luck.GOOD;
        mischief.disarm();
        model.calm();
        care.begin();
    }

    /// Trouble may come again.
    void calmIsOver() {
        care.end();
        model.network().options(script.network());
        luck = script.luck();
        trouble = true;
    }
}
