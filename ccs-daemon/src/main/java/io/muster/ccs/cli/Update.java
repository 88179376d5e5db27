package io.muster.ccs.cli;

import io.muster.config.ConfigReader;
import io.muster.config.ConfigVersion;
import io.muster.config.cli.ConfigUpdate;
import io.muster.config.client.CcsFrames;
import io.muster.control.Answer;
import io.muster.control.CommandClient;
import io.muster.control.NotRunningException;
import io.muster.control.RefusedException;
import io.muster.daemon.Layout;
import io.muster.finding.ConfigInvalid;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// `ccs_tool update`: gives a file to ccsd and waits until a quorum has it on disk.
final class Update {
    private static final String FAILED = "Failed to update config file.";

    private final Layout layout;
    private final Path socket;
    private final PrintStream out;
    private final PrintStream err;

    Update(Layout layout, PrintStream out, PrintStream err) {
        this.layout = layout;
        this.socket = layout.socket("ccsd");
        this.out = out;
        this.err = err;
    }

    /// @param probationSec 0 for none
    /// @return exit status
    int run(Path file, int probationSec) {
        try (InputStream in = Files.newInputStream(file)) {
            return run(in.readNBytes(ConfigReader.MAX_BYTES + 1), String.valueOf(file.getFileName()), probationSec);
        } catch (NoSuchFileException e) {
            return failed(file + ": no such file");
        } catch (IOException e) {
            return failed(file + ": can't be read: " + e.getMessage());
        }
    }

    /// @param octets of the file proposed
    int run(byte[] octets, String fileName, int probationSec) {
        return run(octets, fileName, probationSec, Optional.empty());
    }

    /// @param base what was in force when a change was made to it; empty where nobody knows
    int run(byte[] octets, String fileName, int probationSec, Optional<ConfigVersion> base) {
        try {
            ConfigVersion proposed =
                    ConfigUpdate.check(octets, fileName, layout, warning -> err.println("warning: " + warning));
            return taken(ConfigUpdate.propose(socket, octets, proposed, probationSec), proposed.number(), probationSec);
        } catch (ConfigInvalid e) {
            return failed(String.valueOf(e.getMessage()));
        } catch (RefusedException e) {
            return failed(beaten(base).orElse(String.valueOf(e.getMessage())));
        } catch (IOException e) {
            return failed("ccsd: " + e.getMessage());
        }
    }

    /// In words, if another change has been made to the same base.
    private Optional<String> beaten(Optional<ConfigVersion> base) {
        try {
            ConfigVersion now = ConfigUpdate.version(ConfigUpdate.present(socket));
            return base.filter(before -> !before.equals(now)).map(_ -> cameFirst(now));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// What an operator is told whose change is to what is in force no more.
    static String cameFirst(ConfigVersion inForce) {
        return "another change came first: version " + inForce + " is in force, and this one isn't made to it: run it"
                + " again";
    }

    private int taken(ConfigUpdate.Taken taken, int proposed, int probationSec) {
        out.println("Config file updated from version " + taken.from() + " to " + proposed);
        if (taken.inForce() > proposed) {
            err.println("Another update has followed at once: version " + taken.inForce() + " is in force.");
        }
        out.println();
        if (probationSec > 0) {
            out.println(
                    "On probation: unless confirmed with ccs_tool confirm, it goes back in " + probationSec + " s.");
        }
        taken.word().lines().forEach(line -> err.println("warning: " + line));
        out.println("Update complete.");
        return 0;
    }

    /// `ccs_tool confirm`.
    int confirm() {
        try {
            Answer answer = CommandClient.askOnce(socket, CommandClient.QUICK, CcsFrames.CONFIRM);
            if (!answer.done()) {
                err.println("ccs_tool: " + answer.text());
                return 1;
            }
            out.println("Confirmed.");
            return 0;
        } catch (NotRunningException e) {
            err.println("Unable to connect to ccsd: it isn't running");
            return 1;
        } catch (IOException e) {
            err.println("ccsd: " + e.getMessage());
            return 1;
        }
    }

    private int failed(String why) {
        err.println(why);
        err.println();
        err.println(FAILED);
        return 1;
    }
}
