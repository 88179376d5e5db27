package io.muster.config.cli;

import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import io.muster.config.ConfigVersion;
import io.muster.config.Errno;
import io.muster.config.client.CcsFrames;
import io.muster.config.client.CcsFrames.Present;
import io.muster.control.Answer;
import io.muster.control.CommandClient;
import io.muster.control.NotRunningException;
import io.muster.control.RefusedException;
import io.muster.core.MalformedMessage;
import io.muster.daemon.Layout;
import io.muster.finding.ConfigInvalid;
import io.muster.finding.Problem;
import io.muster.finding.Reading;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/// The one way of a new cluster.conf to the cluster: ccsd is asked, agrees with the other nodes' ccsds,
/// and tells cman. For commands; blocks.
///
/// Errors: [ConfigInvalid] for a file that can't be used, [RefusedException] with the words for the
/// operator when the cluster doesn't take it, other `IOException`s when the conversation breaks.
public final class ConfigUpdate {
    /// Longer than ccsd takes to give an update up.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// An update that is in force.
    ///
    /// @param from the version before
    /// @param inForce the version after; higher than the one proposed when another update has followed
    ///     at once
    /// @param word what the operator should know of it, one thing a line; mostly empty
    public record Taken(int from, int inForce, String word) {}

    private ConfigUpdate() {}

    /// What ccsd has: the cluster's document, or without a cluster the file's.
    ///
    /// @throws NotRunningException when there is no ccsd
    public static Present present(Path socket) throws IOException {
        try (CommandClient ccsd = CommandClient.connect(socket, CommandClient.QUICK)) {
            return present(ccsd);
        }
    }

    private static Present present(CommandClient ccsd) throws IOException {
        Answer answer = ccsd.ask(CcsFrames.DOCUMENT);
        if (answer.code() == Answer.PERMISSION) {
            throw refused(answer);
        }
        try {
            return CcsFrames.present(answer);
        } catch (MalformedMessage e) {
            throw new IOException("ccsd's answer makes no sense: " + e.getMessage(), e);
        }
    }

    /// Reads a proposal as ccsd will, and asks this machine's resource agents of what it has for them. Of
    /// the machine itself, which may be no node, nothing is said.
    ///
    /// @param layout says where the agents are
    /// @param warn gets what an operator should look at
    /// @throws ConfigInvalid with every error
    public static ConfigVersion check(byte[] octets, String fileName, Layout layout, Consumer<Problem> warn)
            throws ConfigInvalid {
        Reading<ClusterConfig> reading = ConfigReader.parse(octets, fileName);
        ConfigChecks.and(reading, fileName, layout).warnings().stream()
                .filter(problem -> problem.line() > 0 || reading.warnings().contains(problem))
                .forEach(warn);
        return reading.orThrow().configVersion();
    }

    /// Proposes and waits for what comes of it.
    ///
    /// @param proposed what [#check] has said of the octets
    /// @param probationSec it goes back by itself unless confirmed within this time; 0 for never
    public static Taken propose(Path socket, byte[] octets, ConfigVersion proposed, int probationSec)
            throws IOException {
        try (CommandClient ccsd = CommandClient.connect(socket, PATIENCE)) {
            Present before = present(ccsd);
            if (!before.quorate()) {
                throw new RefusedException("Cluster is not quorate");
            }
            String why = before.version() < 0 ? "" : proposed.refusedAfter(version(before));
            if (!why.isEmpty()) {
                throw new RefusedException(why);
            }
            Answer answer = ccsd.ask(CcsFrames.UPDATE, CcsFrames.update(octets, probationSec));
            if (!answer.done()) {
                throw refused(answer);
            }
            return new Taken(before.version(), present(ccsd).version(), answer.text());
        } catch (NotRunningException e) {
            throw new RefusedException("Unable to connect to ccsd: it isn't running");
        }
    }

    /// Which version a document is.
    public static ConfigVersion version(Present present) {
        return new ConfigVersion(present.version(), ConfigReader.sha256(present.octets()));
    }

    private static RefusedException refused(Answer answer) {
        return new RefusedException(answer.text().isEmpty() ? Errno.text(answer.code()) : answer.text());
    }
}
