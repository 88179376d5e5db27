package io.muster.ccs.cli;

import io.muster.ccs.CcsFrames;
import io.muster.ccs.Errno;
import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import io.muster.control.Answer;
import io.muster.control.CommandClient;
import io.muster.control.NotRunningException;
import io.muster.core.MalformedMessage;
import io.muster.finding.Problem;
import io.muster.finding.Reading;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;

/// `ccs_tool update`: gives a file to ccsd and waits until a quorum has it on disk.
final class Update {
    private static final String FAILED = "Failed to update config file.";

    /// Longer than ccsd takes to give an update up.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path socket;
    private final PrintStream out;
    private final PrintStream err;

    Update(Path socket, PrintStream out, PrintStream err) {
        this.socket = socket;
        this.out = out;
        this.err = err;
    }

    /// @param probationSec 0 for none
    /// @return exit status
    int run(Path file, int probationSec) {
        byte[] octets;
        try (InputStream in = Files.newInputStream(file)) {
            octets = in.readNBytes(ConfigReader.MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            return failed(file + ": no such file");
        } catch (IOException e) {
            return failed(file + ": can't be read: " + e.getMessage());
        }
        Reading<ClusterConfig> reading = ConfigReader.parse(octets, String.valueOf(file.getFileName()));
        reading.errors().forEach(err::println);
        reading.warnings().forEach((Problem warning) -> err.println("warning: " + warning));
        if (reading.config().isEmpty()) {
            return failed("");
        }
        int proposed = reading.config().get().version();
        try (CommandClient ccsd = CommandClient.connect(socket, PATIENCE)) {
            return exchange(ccsd, octets, proposed, probationSec);
        } catch (NotRunningException e) {
            return failed("Unable to connect to ccsd: it isn't running");
        } catch (IOException | MalformedMessage e) {
            return failed("ccsd: " + e.getMessage());
        }
    }

    private int exchange(CommandClient ccsd, byte[] octets, int proposed, int probationSec)
            throws IOException, MalformedMessage {
        CcsFrames.Present before = CcsFrames.present(ccsd.ask(CcsFrames.DOCUMENT));
        if (!before.quorate()) {
            return failed("Cluster is not quorate");
        }
        if (proposed <= before.version()) {
            return failed("Proposed config_version " + proposed + " isn't greater than the current config_version "
                    + before.version());
        }
        Answer answer = ccsd.ask(CcsFrames.UPDATE, CcsFrames.update(octets, probationSec));
        if (!answer.done()) {
            return failed(answer.text().isEmpty() ? Errno.text(answer.code()) : answer.text());
        }
        CcsFrames.Present after = CcsFrames.present(ccsd.ask(CcsFrames.DOCUMENT));
        if (after.version() > proposed) {
            out.println("Config file updated from version " + before.version() + " to " + proposed);
            err.println("Another update has followed at once: version " + after.version() + " is in force.");
        } else {
            out.println("Config file updated from version " + before.version() + " to " + after.version());
        }
        out.println();
        if (probationSec > 0) {
            out.println(
                    "On probation: unless confirmed with ccs_tool confirm, it goes back in " + probationSec + " s.");
        }
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
        if (!why.isEmpty()) {
            err.println(why);
        }
        err.println();
        err.println(FAILED);
        return 1;
    }
}
