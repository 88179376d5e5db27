package io.muster.config.cli;

import io.muster.config.ClusterConfig;
import io.muster.daemon.Layout;
import io.muster.finding.Problem;
import java.util.List;

/// What can be said of a cluster.conf only by who knows more than its schema: what the resource agents of this machine
/// want. Found by `ServiceLoader`, for the validator stands below the modules that know.
///
/// Thread: the command's; may take as long as an agent does.
public interface ConfigCheck {
    /// Looks at a file that is valid otherwise.
    ///
    /// @param fileName for messages
    /// @param layout says where this machine has its agents
    /// @return what an operator should look at, at its place
    List<Problem> check(ClusterConfig config, String fileName, Layout layout);
}
