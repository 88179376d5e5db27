package io.muster.resource.cli;

import io.muster.config.ClusterConfig;
import io.muster.config.cli.ConfigCheck;
import io.muster.daemon.Layout;
import io.muster.finding.Placed;
import io.muster.finding.Problem;
import io.muster.finding.Severity;
import io.muster.machine.Machine;
import io.muster.os.RealMachine;
import io.muster.resource.MetadataSet;
import io.muster.resource.ResourceTree;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Holds the resources of a cluster.conf against what the resource agents of this machine say of themselves: warns of
/// each service that rgmanager wouldn't start, and why.
public final class AgentCheck implements ConfigCheck {
    @Override
    public List<Problem> check(ClusterConfig config, String fileName, Layout layout) {
        if (config.rm().services().isEmpty() && config.rm().resources().isEmpty()) {
            return List.of();
        }
        Path directory = layout.agents();
        MetadataSet agents;
        try (Machine machine = RealMachine.of("ccs_config_validate")) {
            agents = Asking.agents(machine, directory).orElse(MetadataSet.NONE);
        }
        var problems = new ArrayList<Problem>();
        // An agent is named with its place, which says more than where cluster.conf is.
        agents.problems().forEach(text -> {
            int colon = text.indexOf(": ");
            problems.add(new Problem(Severity.WARNING, text.substring(0, colon), 0, 0, text.substring(colon + 2)));
        });
        if (agents.all().isEmpty()) {
            problems.add(new Problem(
                    Severity.WARNING, fileName, 0, 0, "resources aren't checked: no resource agents in " + directory));
            return problems;
        }
        for (ResourceTree.Flaw flaw : ResourceTree.build(config.rm(), agents).flaws()) {
            Placed place = flaw.where().part(flaw.attribute());
            problems.add(new Problem(
                    Severity.WARNING,
                    fileName,
                    place.line(),
                    place.column(),
                    flaw.where().tag() + ": " + flaw.text()));
        }
        return problems;
    }
}
