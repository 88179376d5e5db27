package io.muster.service.daemon;

import io.muster.config.RmConfig;
import io.muster.core.CauseId;
import io.muster.resource.MetadataSet;
import io.muster.resource.ResourceTree;
import io.muster.resource.TreeResult;
import io.muster.resource.daemon.StartedLedger;
import io.muster.resource.daemon.TreeRunner;
import io.muster.service.Operation;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The service manager's word to the resource trees of this node.
///
/// Thread: the loop; outcomes come on it.
final class Trees implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("rgmanager");

    private final TreeRunner runner;
    private SortedMap<String, String> unfit = Collections.emptySortedMap();

    Trees(TreeRunner runner) {
        this.runner = runner;
    }

    /// What an earlier rgmanager has left here; before anything else.
    void listed(StartedLedger.Left left, CauseId cause) {
        runner.listed(left.all(), left.services(), cause);
    }

    /// New services are built from this configuration from now on.
    void configure(RmConfig rm, MetadataSet agents, CauseId cause) {
        ResourceTree tree = ResourceTree.build(rm, agents);
        unfit = tree.unfit();
        tree.flaws().forEach(flaw -> LOG.warn("{}", flaw));
        runner.configure(tree, cause);
    }

    /// Services of the configuration that can't be run here, and why.
    SortedMap<String, String> unfit() {
        return unfit;
    }

    /// @param then whether it was done, and whether a part that isn't critical is off
    void run(String service, Operation operation, CauseId cause, TreeRunner.Then<TreeResult> then) {
        runner.run(
                service,
                switch (operation) {
                    case START -> io.muster.resource.Operation.START;
                    case STOP -> io.muster.resource.Operation.STOP;
                    case STATUS -> io.muster.resource.Operation.STATUS;
                    case CONVALESCE -> io.muster.resource.Operation.CONVALESCE;
                    case SHED -> io.muster.resource.Operation.SHED;
                    case GROW -> io.muster.resource.Operation.GROW;
                    case INIT -> io.muster.resource.Operation.INIT;
                },
                cause,
                then);
    }

    /// @param keep services to be left running
    /// @param then with the services whose stop failed
    void stopEverything(SortedSet<String> keep, CauseId cause, TreeRunner.Then<List<String>> then) {
        runner.stopEverything(keep, cause, then);
    }

    /// What each of these services may have here, as far as it is known.
    SortedMap<String, SortedSet<String>> have(List<String> services) {
        return runner.have(services);
    }

    /// Which of these services can be left running.
    SortedSet<String> keepable(SortedSet<String> services) {
        return runner.keepable(services);
    }

    /// Whether starts are barred: quorum is lost or cman gone.
    void bar(boolean barred, CauseId cause) {
        runner.bar(barred, cause);
    }

    @Override
    public void close() {
        runner.close();
    }
}
