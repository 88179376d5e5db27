package io.muster.testbed;

import io.muster.cli.Getopt;
import io.muster.cli.LongOption;
import io.muster.lab.Lab;
import io.muster.lab.LabResult;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

/// `./muster demo lvs`: a site with two directors in a guest whose kernel has IPVS; a real server dies, then the
/// active director, and a client says what it noticed.
final class DemoLvs {
    private static final int LIMIT_MS = 240_000;
    private static final String USAGE = """
            Usage: ./muster demo lvs [options]

            A client, two directors and three real servers in one guest with a kernel of its own (it boots in seconds,
            and nothing of it remains). A real server dies, then the active director: watch what the client notices.

              --json FILE      write the figures to FILE
              -h, --help       this text
            """;

    private DemoLvs() {}

    /// @return the exit status
    static int run(String[] args, PrintStream out, PrintStream err) {
        Getopt options = new Getopt(
                "demo",
                args,
                "h",
                err,
                new LongOption("json", LongOption.Argument.REQUIRED, 'j'),
                new LongOption("help", LongOption.Argument.NONE, 'h'));
        Path json = null;
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 'j' -> json = Path.of(options.argument()).toAbsolutePath();
                case 'h' -> {
                    out.print(USAGE);
                    return 0;
                }
                default -> {
                    err.print(USAGE);
                    return 1;
                }
            }
        }
        if (!options.operands().isEmpty()) {
            err.print(USAGE);
            return 1;
        }
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
        try {
            if (json != null) {
                output.writeFigures(json);
            }
            return 0;
        } catch (IOException e) {
            err.println("demo: " + e.getMessage());
            return 1;
        }
    }
}
