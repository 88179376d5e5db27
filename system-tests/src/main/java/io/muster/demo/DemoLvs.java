package io.muster.demo;

import io.muster.bed.guest.GuestOutput;
import io.muster.bed.guest.Lab;
import io.muster.bed.guest.LabResult;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// `./muster demo lvs`: a site with two directors in a guest whose kernel has IPVS; a real server dies, then the
/// active director, and a client says what it noticed.
final class DemoLvs {
    private static final int LIMIT_MS = 240_000;

    private DemoLvs() {}

    /// @param json where to write the figures, or null
    /// @return the exit status
    static int run(@Nullable Path json, PrintStream out, PrintStream err) throws IOException {
        var absence = Lab.absence();
        if (absence.isPresent()) {
            err.println("demo: no guest can be had here: " + absence.get());
            return 1;
        }
        out.println("A site of its own boots: a client, two directors, three real servers, one kernel.");
        out.flush();
        GuestOutput output = new GuestOutput(out);
        LabResult result = GuestOutput.lab()
                .start(LIMIT_MS, output::line, Lab.command("lab_guest"), "demo")
                .result();
        err.print(result.complaint());
        if (!result.ok()) {
            return 1;
        }
        if (json != null) {
            output.writeFigures(json);
        }
        return 0;
    }
}
