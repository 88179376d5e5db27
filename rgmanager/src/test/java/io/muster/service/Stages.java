package io.muster.service;

import io.muster.core.Node;
import io.muster.service.Stage.Disabled;
import io.muster.service.Stage.Failed;
import io.muster.service.Stage.Placing;
import io.muster.service.Stage.Recoverable;
import io.muster.service.Stage.Recovering;
import io.muster.service.Stage.Started;
import io.muster.service.Stage.Starting;
import io.muster.service.Stage.Stopped;
import io.muster.service.Stage.Stopping;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// One of each stage, for tests.
final class Stages {
    static final Optional<Request> NONE = Optional.empty();
    static final Request ASKED = new Request(2, 77, RequestKind.RELOCATE, 3);
    static final SortedSet<Node> TWO = nodes(1, 2);

    private Stages() {}

    static SortedSet<Node> nodes(int... nodeids) {
        var nodes = new TreeSet<Node>();
        for (int nodeid : nodeids) {
            nodes.add(States.run(nodeid));
        }
        return nodes;
    }

    /// One of each kind, in the order of the tables: owned by node 1, else held by nobody, and no request
    /// under way.
    static List<Stage> plain() {
        Node one = States.run(1);
        return List.of(
                new Stopped(Stage.NOBODY, false),
                new Placing(Stage.NOBODY, Search.ANYWHERE, NONE),
                new Starting(one, 1, "d", Search.ANYWHERE, NONE),
                new Started(one, 1, "d", NONE),
                new Stopping(one, Stage.NOBODY, 1, new Purpose.Stop(), NONE),
                new Recoverable(one, 1, Optional.empty(), NONE),
                new Recovering(Search.ANYWHERE, NONE),
                new Failed(Stage.NOBODY),
                new Disabled(Stage.NOBODY));
    }

    /// With everything in it that may be.
    static List<Stage> full() {
        Node one = States.run(1);
        var search = new Search(3, true, 2, true, new TreeSet<>(List.of(1, 4)));
        var asked = Optional.of(ASKED);
        return List.of(
                new Stopped(TWO, true),
                new Placing(TWO, search, asked),
                new Starting(one, 1L << 40, "d", search, asked),
                new Started(one, 2, "d", asked),
                new Stopping(one, nodes(2), 3, new Purpose.Stop(), asked),
                new Stopping(one, nodes(2, 3), 3, new Purpose.Disable(), asked),
                new Stopping(one, Stage.NOBODY, 3, new Purpose.DisableAnyway(), asked),
                new Stopping(one, Stage.NOBODY, 3, new Purpose.Move(4), asked),
                new Stopping(one, Stage.NOBODY, 3, new Purpose.Restart(), asked),
                new Stopping(one, Stage.NOBODY, 3, new Purpose.Place(), NONE),
                new Stopping(one, Stage.NOBODY, 3, new Purpose.Remove(), NONE),
                new Recoverable(one, 4, Optional.of(search), asked),
                new Recovering(search, asked),
                new Failed(TWO),
                new Disabled(TWO));
    }
}
