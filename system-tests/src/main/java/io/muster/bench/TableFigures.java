package io.muster.bench;

import io.muster.bed.guest.Lab;
import io.muster.bed.guest.LabResult;
import io.muster.bed.scenario.TableBench;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The host's half of `./muster bench table`: boots a guest, passes its lines on, keeps the figures.
public final class TableFigures {
    private static final int BOOT_AND_ROUND_MS = 120_000;
    /// What compiles for lvsd and ipvsadm compiles for the exchange that is measured in their place.
    private static final String AS_LVSD = "-XX:TieredStopAtLevel=1";

    private TableFigures() {}

    /// @param json where the figures go, if anywhere
    /// @throws IllegalStateException when no guest can be had, or it had nothing to say
    public static void measure(int rounds, @Nullable Path json, PrintStream out) throws IOException {
        Optional<String> absence = Lab.absence();
        if (absence.isPresent()) {
            throw new IllegalStateException("no lab: " + absence.get());
        }
        var figures = new AtomicReference<String>("");
        LabResult result = Lab.usual()
                .root("ipvsadm")
                .start(
                        BOOT_AND_ROUND_MS + rounds * BOOT_AND_ROUND_MS,
                        line -> {
                            if (line.startsWith(TableBench.FIGURES)) {
                                figures.set(line.substring(TableBench.FIGURES.length()));
                            } else {
                                out.println(line);
                            }
                        },
                        "env",
                        "MUSTER_JAVA_OPTS=" + AS_LVSD,
                        Lab.command("lab_guest"),
                        "bench-table",
                        Integer.toString(rounds))
                .result();
        String said = Objects.requireNonNullElse(figures.get(), "");
        if (!result.ok() || said.isEmpty()) {
            throw new IllegalStateException("the guest ended with " + result.status() + ": "
                    + result.complaint().strip());
        }
        if (json != null) {
            Files.writeString(json, said + "\n", StandardCharsets.UTF_8);
        }
    }
}
