package io.muster.service;

import io.muster.core.CauseId;
import io.muster.core.Drive;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Reason;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// The replica of node 3 of three that are quorate and ready, with one service `web` in any stage, fed
/// entry by entry.
final class OneReplica {
    static final Node ONE = States.run(1);
    static final Node TWO = States.run(2);
    static final Node THREE = States.run(3);
    static final List<Node> ALL = List.of(ONE, TWO, THREE);
    static final Plan PLAN = Plans.plan(1, 3, List.of(), Plans.service("web"));

    final ServiceManager manager = new ServiceManager(THREE, Plans::read);
    private long position = 100;

    /// The service stands like this and has been started before.
    void begin(Stage stage) {
        ClusterState state = States.ready(PLAN, List.of(1, 2, 3));
        Service web = new Service("service:web", stage);
        web.transitionMs = 1;
        state.services.put(web.name, web);
        try {
            manager.restore(state.encode());
        } catch (MalformedMessage e) {
            throw new AssertionError(e);
        }
        // It has reported itself already.
        manager.drive(new Drive.Tick<>(), 1);
        stage.request()
                .ifPresent(request -> asked(new ServiceMessage.Asked(5, request.id(), request.kind(), web.name, 0)));
    }

    /// An operator waits on node 3 for the answer.
    private void asked(ServiceMessage.Asked asked) {
        // Any kind that isn't answered at once.
        var requested = new ServiceEvent.Requested(asked.id(), RequestKind.LOCK, "", 0, asked.wallMs());
        manager.drive(new Drive.Local<>(requested), 1);
    }

    long position() {
        return position;
    }

    long next() {
        return ++position;
    }

    void apply(GroupEntry entry) {
        manager.apply(entry);
    }

    void say(Node from, ServiceMessage message) {
        say(from, message, true);
    }

    void say(Node from, ServiceMessage message, boolean regular) {
        if (from.equals(THREE) && message instanceof ServiceMessage.Asked asked) {
            asked(asked);
        }
        apply(new GroupEntry.Message(next(), from, regular, ServiceMessage.encode(message), CauseId.NONE));
    }

    /// Somebody sees to it that what has changed is looked at.
    void look() {
        Node somebody = state().standing.view().isEmpty()
                ? THREE
                : state().standing.view().last();
        say(somebody, new ServiceMessage.Look(5));
    }

    /// An operator on node 3 asks.
    void ask(RequestKind kind, int target) {
        say(THREE, new ServiceMessage.Asked(5, next(), kind, "service:web", target));
    }

    void quorum(boolean quorate) {
        apply(new GroupEntry.Quorum(next(), quorate));
    }

    void lose(Node... nodes) {
        List<Node> rest =
                ALL.stream().filter(n -> !Arrays.asList(nodes).contains(n)).toList();
        List<Departure> left =
                Arrays.stream(nodes).map(n -> new Departure(n, Reason.LOST)).toList();
        apply(new GroupEntry.Membership(next(), 5, rest, List.of(), left));
        apply(new GroupEntry.View(next(), rest, List.of(), left));
    }

    void fenced(Node node) {
        apply(new GroupEntry.Fenced(next(), node, 3, "fence_test"));
    }

    List<ServiceEffect> tick() {
        return manager.drive(new Drive.Tick<>(), 1);
    }

    /// The one answer to node 3's operator since the last call.
    ResultCode answer() {
        List<ServiceEffect> answers =
                tick().stream().filter(ServiceEffect.Answer.class::isInstance).toList();
        if (answers.size() != 1) {
            throw new AssertionError(answers);
        }
        return ((ServiceEffect.Answer) answers.getFirst()).code();
    }

    /// What it has told cman of stopped runs since the last call.
    List<ServiceEffect> reports() {
        return tick().stream()
                .filter(effect -> effect instanceof ServiceEffect.ReportVouched vouched
                        && !vouched.run().incarnation().equals(Incarnation.UNKNOWN))
                .toList();
    }

    ClusterState state() {
        try {
            return ClusterState.decode(manager.snapshot());
        } catch (MalformedMessage e) {
            throw new AssertionError(e);
        }
    }

    Service web() {
        return Objects.requireNonNull(state().services.get("service:web"));
    }
}
