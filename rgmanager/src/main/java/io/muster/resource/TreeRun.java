package io.muster.resource;

import io.muster.core.Core;
import io.muster.resource.ServiceRun.Underway;
import io.muster.resource.TreeEffect.Level;
import io.muster.resource.TreeEvent.AgentEnded;
import io.muster.resource.TreeImage.Ending;
import io.muster.resource.TreeImage.Job;
import io.muster.resource.TreeImage.Wait;
import io.muster.resource.Walk.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The services of one node: decides which agent is called when, and what its end means.
///
/// - Operations on one service run one after the other, in the order asked; services run beside each
///   other. How an operation walks its tree says [Walk].
/// - Right before each agent's start it is asked whether this node is quorate, also when the agent
///   before has taken a second only: a node that was cut off meanwhile mustn't start what another node
///   is about to start.
/// - While starts are barred, and for what was asked for before everything was to be stopped, the next
///   start is refused: the operation fails at that resource, so that the stop behind it can come.
/// - A service with a resource that can't be run isn't started, and is stopped as far as it is built.
/// - What was started as one configuration has it is stopped, checked and convalesced so, whatever the
///   configuration has become, and nothing else of it is started before. It is forgotten when a stop
///   has succeeded. A service that the new configuration builds just as before keeps its counters.
/// - Before the first agent of a service's start the ledger holds how it is built; it leaves the ledger
///   when its last stop has succeeded. A ledger that can't be written refuses the start, never the
///   stop. What an earlier run has left in it is stopped as it says there; and where nobody knows what
///   runs, all that is configured counts as running until its stop has succeeded.
///
/// Deterministic: time is given, and nothing waits for it. Its whole state is a [TreeImage].
///
/// Thread: the owner's.
public final class TreeRun implements Core<TreeEvent, TreeEffect> {
    private final SortedMap<String, ServiceRun> services = new TreeMap<>();
    private final SortedMap<Long, Ending> endings = new TreeMap<>();
    private final Listing listing = new Listing();

    /// Configured services with a resource that no agent handles here.
    private final SortedSet<String> incomplete = new TreeSet<>();

    /// Configured services with a resource that can't be run here, and why.
    private final SortedMap<String, String> unfit = new TreeMap<>();

    private boolean barred;
    private long questions;
    private long calls;
    private List<TreeEffect> effects = new ArrayList<>();

    /// Nothing is configured, nothing is known to run.
    public TreeRun() {}

    /// A core that goes on where the one of the image was.
    ///
    /// @throws IllegalArgumentException for an image that contradicts itself
    public static TreeRun restore(TreeImage image) {
        var run = new TreeRun();
        run.barred = image.barred();
        run.questions = image.questions();
        run.calls = image.calls();
        run.endings.putAll(image.endings());
        run.listing.restore(image.listing());
        run.incomplete.addAll(image.incomplete());
        run.unfit.putAll(image.unfit());
        var trees = new TreeMap<Integer, LiveTree>();
        image.trees().forEach((number, tree) -> trees.put(number, new LiveTree(tree.root(), tree.states())));
        image.trees()
                .forEach((number, tree) ->
                        Objects.requireNonNull(trees.get(number)).mark(tree.marked()));
        image.services()
                .forEach((label, service) ->
                        run.services.put(label, ServiceRun.restore(label, service, trees, run::log)));
        return run;
    }

    /// The whole state.
    public TreeImage image() {
        var numbers = new IdentityHashMap<LiveTree, Integer>();
        var trees = new TreeMap<Integer, TreeImage.Tree>();
        var all = new TreeMap<String, TreeImage.Service>();
        services.forEach((label, service) -> all.put(label, service.image(tree -> {
            int number = numbers.computeIfAbsent(tree, _ -> numbers.size() + 1);
            trees.computeIfAbsent(number, _ -> new TreeImage.Tree(tree.root(), tree.states(), tree.marked()));
            return number;
        })));
        return new TreeImage(
                barred, questions, calls, trees, all, new TreeMap<>(endings), listing.image(), incomplete, unfit);
    }

    @Override
    public List<TreeEffect> on(TreeEvent event, long nowMs) {
        effects = new ArrayList<>();
        switch (event) {
            case TreeEvent.Listed(boolean everything, SortedMap<String, Optional<ResourceNode>> found) ->
                listed(everything, found);
            case TreeEvent.Configure(
                    List<ResourceNode> roots,
                    SortedSet<String> lacking,
                    SortedMap<String, String> lame) -> {
                configure(roots);
                incomplete.clear();
                incomplete.addAll(lacking);
                unfit.clear();
                unfit.putAll(lame);
            }
            case TreeEvent.Run(long ticket, String label, Operation operation, String target) -> {
                ServiceRun service = services.computeIfAbsent(label, ServiceRun::new);
                service.queue.add(new Job.Asked(ticket, operation, target, false));
                next(service, nowMs);
            }
            case TreeEvent.StopEverything(long ticket, SortedSet<String> keep) -> stopEverything(ticket, keep, nowMs);
            case TreeEvent.Bar() -> {
                barred = true;
                refuseBarred(nowMs);
            }
            case TreeEvent.Unbar() -> barred = false;
            case TreeEvent.MayStart(long question, boolean yes) -> answered(question, yes, nowMs);
            case AgentEnded(long call, int status, long tookMs) -> agentEnded(call, status, tookMs, nowMs);
            case TreeEvent.Written(long write, String problem) -> written(write, problem, nowMs);
            case TreeEvent.Tick() -> {}
        }
        services.values().removeIf(ServiceRun::forgotten);
        Listing.Write due = listing.due(nowMs);
        if (due != null) {
            effects.add(new TreeEffect.WriteLedger(due.number(), due.services()));
        }
        return List.copyOf(effects);
    }

    @Override
    public long nextDeadlineMs() {
        return listing.nextDeadlineMs();
    }

    /// What an earlier run has left here.
    private void listed(boolean everything, SortedMap<String, Optional<ResourceNode>> found) {
        listing.found(everything, found);
        found.forEach((label, root) -> root.ifPresent(
                known -> services.computeIfAbsent(label, ServiceRun::new).started = new LiveTree(known)));
    }

    private void configure(List<ResourceNode> roots) {
        var fresh = new TreeMap<String, ResourceNode>();
        roots.forEach(root -> fresh.putIfAbsent(root.label(), root));
        services.forEach((label, service) -> {
            if (!fresh.containsKey(label)) {
                service.configured = null;
            }
        });
        fresh.forEach((label, root) -> {
            ServiceRun service = services.computeIfAbsent(label, ServiceRun::new);
            if (service.configured == null || !service.configured.root().equals(root)) {
                service.overtaken();
                boolean asStarted =
                        service.started != null && service.started.root().equals(root);
                service.configured = asStarted ? service.started : new LiveTree(root);
            }
        });
    }

    private void stopEverything(long ticket, SortedSet<String> keep, long nowMs) {
        var remaining = new TreeSet<String>();
        listing.listed().forEach(label -> services.computeIfAbsent(label, ServiceRun::new));
        if (listing.all()) {
            incomplete.forEach(label -> services.computeIfAbsent(label, ServiceRun::new));
        }
        for (ServiceRun service : services.values()) {
            if (keep.contains(service.label) && keeps(service)) {
                log(Level.INFO, service.label + " is frozen and left running");
                service.started(nowMs);
                continue;
            }
            service.endWhatStarts();
            if (service.tree() != null || service.underway != null || mayRunUnseen(service.label)) {
                remaining.add(service.label);
                service.queue.add(new Job.Stop(ticket));
            }
        }
        endings.put(ticket, new Ending(remaining, Collections.emptySortedSet()));
        answerEndings();
        refuseBarred(nowMs);
        new ArrayList<>(services.values()).forEach(service -> next(service, nowMs));
    }

    /// What a service may have here ([Identities]); empty where nobody knows.
    public Optional<SortedSet<String>> has(String label) {
        ServiceRun service = services.get(label);
        LiveTree tree = service == null ? null : service.tree();
        return tree == null || listing.unreadable(label) ? Optional.empty() : Optional.of(Identities.of(tree.root()));
    }

    /// Whether it can be left running: it was started here, nothing has been asked of it since, and it
    /// is known how to stop it. Else it is stopped with all the rest.
    public boolean keeps(String label) {
        ServiceRun service = services.get(label);
        return service != null && keeps(service);
    }

    private boolean keeps(ServiceRun service) {
        return service.started != null
                && service.underway == null
                && service.queue.isEmpty()
                && !listing.all()
                && listing.lists(service.label)
                && !listing.unreadable(service.label);
    }

    /// Whether something may run that nobody here can stop: what is in the ledger can't be read, or the
    /// ledger is lost and not all of the service could be built.
    private boolean mayRunUnseen(String label) {
        return listing.lists(label) || listing.all() && incomplete.contains(label);
    }

    /// Those that wait for a word on quorum needn't any more.
    private void refuseBarred(long nowMs) {
        for (ServiceRun service : new ArrayList<>(services.values())) {
            Underway work = service.underway;
            if (work != null && work.waiting instanceof Wait.Quorum && (barred || work.ended())) {
                refuse(service, work, whyBarred(work), nowMs);
            }
        }
    }

    private void next(ServiceRun service, long nowMs) {
        while (service.underway == null && !service.queue.isEmpty()) {
            begin(service, service.queue.remove(), nowMs);
        }
    }

    private void begin(ServiceRun service, Job job, long nowMs) {
        Operation operation = ServiceRun.operation(job);
        if (operation == Operation.SHED || operation == Operation.GROW || operation == Operation.INIT) {
            change(service, job, operation, nowMs);
            return;
        }
        LiveTree tree = operation == Operation.START ? service.configured : service.tree();
        String lacks = unfit.get(service.label);
        if (operation == Operation.START && lacks != null) {
            log(Level.ERROR, service.label + " isn't started, it would run without a resource: " + lacks);
            done(service, job, new TreeResult(false, false, service.label, 1));
            return;
        }
        if (tree == null) {
            // What couldn't be built was never started either, unless the ledger says otherwise.
            boolean unseen = mayRunUnseen(service.label);
            if (operation == Operation.START) {
                log(Level.ERROR, service.label + " can't be started: its resources can't be built here");
            } else if (unseen) {
                log(Level.ERROR, service.label + " may run, and can't be stopped: nobody here knows how");
            }
            var unbuilt = new TreeResult(false, false, service.label, 1);
            done(service, job, operation == Operation.STOP && !unseen ? TreeResult.GOOD : unbuilt);
            return;
        }
        if (operation == Operation.START && service.started != null && service.started != tree) {
            log(
                    Level.ERROR,
                    service.label + " can't be started: what runs of it as it was configured before isn't stopped");
            done(service, job, new TreeResult(false, false, service.label, 1));
            return;
        }
        if (operation == Operation.START) {
            service.started = tree;
        }
        var work = new Underway(job, new Walk(tree, List.of(), this::log));
        service.underway = work;
        follow(service, work, work.walk.begin(operation, nowMs), nowMs);
    }

    /// Brings what runs closer to what is configured.
    private void change(ServiceRun service, Job job, Operation operation, long nowMs) {
        LiveTree runs = service.started;
        LiveTree wanted = service.configured;
        if (operation == Operation.INIT) {
            Optional<ResourceNode> root =
                    wanted == null ? Optional.empty() : TreeDiff.without(wanted.root(), node -> leftOut(service, node));
            if (root.isEmpty()) {
                done(service, job, TreeResult.GOOD);
            } else {
                walk(service, job, new LiveTree(root.get()), operation, nowMs);
            }
        } else if (wanted == null || unfit.containsKey(service.label)) {
            String lacks = unfit.getOrDefault(service.label, "its new configuration can't be built here");
            log(Level.ERROR, service.label + " runs on as it was: " + lacks);
            done(service, job, new TreeResult(false, true, service.label, 1));
        } else if (operation == Operation.SHED) {
            if (runs == null) {
                done(service, job, TreeResult.GOOD);
                return;
            }
            runs.mark(TreeDiff.goes(runs, wanted.root()));
            walk(service, job, runs, operation, nowMs);
        } else {
            LiveTree grown = runs == null ? wanted : TreeDiff.grown(runs, wanted.root());
            service.started = grown;
            walk(service, job, grown, operation, nowMs);
        }
    }

    private void walk(ServiceRun service, Job job, LiveTree tree, Operation operation, long nowMs) {
        var work = new Underway(job, new Walk(tree, List.of(), this::log));
        service.underway = work;
        follow(service, work, work.walk.begin(operation, nowMs), nowMs);
    }

    /// Whether what is new isn't stopped: its agent wants it so, or another service has it here.
    private boolean leftOut(ServiceRun service, ResourceNode node) {
        SortedSet<String> known = Identities.of(ResourceType.of(node.metadata()), node.attributes());
        return !node.metadata().initOnAdd()
                || services.values().stream().anyMatch(other -> other != service && other.hasAny(known));
    }

    /// Goes on up to the next answer to wait for.
    private void follow(ServiceRun service, Underway work, Step first, long nowMs) {
        Step step = first;
        while (step instanceof Step.Call(int node, String action, int depth)) {
            ResourceNode resource = work.walk.tree().node(node);
            if (action.equals("start")) {
                if (!barred && !work.ended()) {
                    if (listing.list(service.label, work.walk.tree().root())) {
                        work.waiting = new Wait.Ledger(node);
                        return;
                    }
                    work.waiting = new Wait.Quorum(++questions, node);
                    effects.add(new TreeEffect.AskQuorum(questions, service.label));
                    return;
                }
                tellRefused(resource, whyBarred(work));
                step = work.walk.refuse(nowMs);
            } else if (resource.can(action, depth)) {
                call(service, work, node, action, depth);
                return;
            } else {
                step = work.walk.ended(0, nowMs);
            }
        }
        if (step instanceof Step.Return(TreeResult result)) {
            finish(service, work, result);
        }
    }

    private void call(ServiceRun service, Underway work, int node, String action, int depth) {
        ResourceNode resource = work.walk.tree().node(node);
        String label = resource.label();
        List<String> arguments = action.equals("migrate") ? List.of(work.target()) : List.of();
        var call = new AgentCall(resource, action, depth, arguments, others(work.walk.tree(), node));
        work.waiting = new Wait.Agent(++calls, node, action, depth);
        effects.add(new TreeEffect.CallAgent(
                calls, service.label, label, action, depth, call.command(), call.environment(), call.limitMs()));
    }

    /// Where else the same resource is up here.
    private int others(LiveTree tree, int node) {
        String label = tree.node(node).label();
        int all = services.values().stream()
                .mapToInt(service -> service.up(label))
                .sum();
        return Math.max(0, all - (tree.state(node).up() ? 1 : 0));
    }

    private void answered(long question, boolean yes, long nowMs) {
        for (ServiceRun service : services.values()) {
            Underway work = service.underway;
            if (work != null && work.waiting instanceof Wait.Quorum(long asked, int node) && asked == question) {
                ResourceNode resource = work.walk.tree().node(node);
                if (!yes) {
                    refuse(service, work, whyBarred(work), nowMs);
                } else if (resource.can("start", 0)) {
                    call(service, work, node, "start", 0);
                } else {
                    resume(service, work, work.walk.ended(0, nowMs), nowMs);
                }
                return;
            }
        }
    }

    private void refuse(ServiceRun service, Underway work, String why, long nowMs) {
        work.walk.onAgent().ifPresent(resource -> tellRefused(resource, why));
        resume(service, work, work.walk.refuse(nowMs), nowMs);
    }

    private void agentEnded(long call, int status, long tookMs, long nowMs) {
        for (ServiceRun service : services.values()) {
            Underway work = service.underway;
            if (work != null
                    && work.waiting instanceof Wait.Agent(long running, int node, String action, int depth)
                    && running == call) {
                report(work.walk.tree().node(node), action, depth, status, tookMs);
                int meaning = status == AgentEnded.TIMED_OUT ? 1 : status;
                resume(service, work, work.walk.ended(meaning, nowMs), nowMs);
                return;
            }
        }
    }

    private void resume(ServiceRun service, Underway work, Step step, long nowMs) {
        follow(service, work, step, nowMs);
        next(service, nowMs);
    }

    private void finish(ServiceRun service, Underway work, TreeResult walked) {
        LiveTree tree = work.walk.tree();
        boolean leaves = work.operation() == Operation.STOP || work.operation() == Operation.MIGRATE;
        // Of what can't be read from the ledger, only a tree with all its parts stops all.
        boolean blind = leaves && listing.unreadable(service.label) && incomplete.contains(service.label);
        TreeResult result = blind && walked.ok() ? new TreeResult(false, false, service.label, 1) : walked;
        if (leaves && result.ok() && service.started == tree) {
            service.started = null;
        } else if (leaves && !result.ok()) {
            // It may run: also when it is configured no more, the next stop knows how.
            service.started = tree;
        }
        if (!result.ok()) {
            log(
                    Level.WARN,
                    "%s on %s failed at %s with status %d"
                            .formatted(work.operation(), service.label, result.failed(), result.status()));
        }
        if (changed(service, work, result)) {
            work.waiting = new Wait.Noted(result);
            return;
        }
        if (work.job instanceof Job.Stop && result.ok() && alsoConfigured(service, tree)) {
            service.underway = null;
            service.queue.addFirst(work.job);
            return;
        }
        if (leaves && !blind && noted(service.label, tree, result.ok())) {
            work.waiting = new Wait.Noted(result);
        } else {
            conclude(service, work, result);
        }
    }

    /// What runs now is what is left, or has come.
    ///
    /// @return whether the ledger has to say so first
    private boolean changed(ServiceRun service, Underway work, TreeResult result) {
        LiveTree tree = work.walk.tree();
        return switch (work.operation()) {
            case SHED -> result.ok() && left(service, TreeDiff.rest(tree).orElse(null));
            case GROW -> {
                tree.mark(Collections.emptySortedSet());
                if (service.configured != null && service.configured.root().equals(tree.root())) {
                    service.configured = tree;
                }
                yield result.ok() && listing.list(service.label, tree.root());
            }
            case INIT -> !result.ok() && result.partial() && mayBeThere(service, tree);
            case START, STOP, STATUS, CONVALESCE, RECONFIG, MIGRATE -> false;
        };
    }

    private boolean left(ServiceRun service, @Nullable LiveTree rest) {
        service.started = rest;
        return rest == null ? listing.drop(service.label) : listing.list(service.label, rest.root());
    }

    /// Somebody may have started by hand what mustn't be there twice.
    private boolean mayBeThere(ServiceRun service, LiveTree tree) {
        service.started = service.configured;
        return listing.list(service.label, tree.root());
    }

    /// Takes the service out of the ledger, or puts in how it is built.
    ///
    /// @return whether that has to be written
    private boolean noted(String label, LiveTree tree, boolean stopped) {
        return stopped ? listing.drop(label) : listing.list(label, tree.root());
    }

    /// Whether the service is configured otherwise than what has just been stopped of it: where
    /// everything is to be stopped, that is, too.
    private static boolean alsoConfigured(ServiceRun service, LiveTree stopped) {
        return service.configured != null && service.configured != stopped;
    }

    private void conclude(ServiceRun service, Underway work, TreeResult result) {
        service.underway = null;
        done(service, work.job, result);
    }

    /// The ledger has been written, or couldn't be.
    private void written(long number, String problem, long nowMs) {
        boolean success = problem.isEmpty();
        Listing.Write write = listing.ended(number, success, nowMs);
        if (write == null) {
            return;
        }
        if (!success) {
            log(Level.ERROR, "what is started here can't be written down: " + problem);
        }
        for (ServiceRun service : new ArrayList<>(services.values())) {
            Underway work = service.underway;
            if (work == null || !listing.current(write, service.label)) {
                continue;
            }
            if (work.waiting instanceof Wait.Ledger(int node)) {
                if (success) {
                    resume(service, work, new Step.Call(node, "start", 0), nowMs);
                } else {
                    listing.withdraw(service.label);
                    refuse(service, work, "it can't be written down that it is started: " + problem, nowMs);
                }
            } else if (work.waiting instanceof Wait.Noted(TreeResult result)) {
                conclude(service, work, result);
                next(service, nowMs);
            }
        }
        if (services.values().stream().anyMatch(ServiceRun::awaitsLedger)) {
            listing.hurry(nowMs);
        }
    }

    private void done(ServiceRun service, Job job, TreeResult result) {
        switch (job) {
            case Job.Asked asked -> effects.add(new TreeEffect.Done(asked.ticket(), result));
            case Job.Stop(long ticket) -> {
                boolean clean = result.ok() && !mayRunUnseen(service.label);
                if (!clean) {
                    listing.keep(service.label);
                }
                endings.computeIfPresent(ticket, (_, ending) -> ending.without(service.label, clean));
            }
        }
        answerEndings();
    }

    private void answerEndings() {
        endings.forEach((ticket, ending) -> {
            if (ending.remaining().isEmpty()) {
                effects.add(new TreeEffect.StoppedEverything(ticket, List.copyOf(ending.unclean())));
                listing.known();
            }
        });
        endings.values().removeIf(ending -> ending.remaining().isEmpty());
    }

    private void log(Level level, String text) {
        effects.add(new TreeEffect.Log(level, text));
    }

    private String whyBarred(Underway work) {
        return work.ended() && !barred ? "everything is to be stopped" : "this node can't prove that it is quorate";
    }

    private void tellRefused(ResourceNode resource, String why) {
        log(Level.ERROR, "start on %s \"%s\" refused: %s".formatted(resource.type(), resource.name(), why));
    }

    private void report(ResourceNode resource, String action, int depth, int status, long tookMs) {
        String what = "%s on %s \"%s\"".formatted(action, resource.type(), resource.name());
        if (status != 0) {
            int shown = status == AgentEnded.TIMED_OUT ? 1 : status;
            log(Level.WARN, "%s returned %d (%s)".formatted(what, shown, AgentCall.text(status)));
        } else if (action.equals("status")) {
            log(Level.DEBUG, "%s at depth %d took %d ms".formatted(what, depth, tookMs));
        } else {
            log(Level.INFO, "%s took %d ms".formatted(what, tookMs));
        }
    }
}
