package io.muster.bed.scenario;

import java.io.PrintStream;
import java.util.Locale;

/// What a guest says to its host: a line `ok NAME detail` or `not ok NAME reason` for each thing proven or not,
/// everything else behind `# `.
///
/// Thread: one.
final class Report {
    /// Something to prove. Returns the detail; whatever it throws is the reason.
    @FunctionalInterface
    interface Proof {
        String prove() throws Exception;
    }

    private final PrintStream out;
    private int bad;

    Report(PrintStream out) {
        this.out = out;
    }

    void say(String text) {
        text.lines().forEach(line -> out.println("# " + line));
        out.flush();
    }

    /// Runs one proof. A failed one doesn't keep the next from running.
    ///
    /// @param name a sentence in one word: `idleConnectionsSurvive`
    void prove(String name, Host[] witnesses, Proof proof) {
        long began = System.nanoTime();
        try {
            String detail = proof.prove();
            out.println("ok " + name + " " + detail + String.format(Locale.ROOT, " (%.1f s)", seconds(began)));
        } catch (Exception | AssertionError e) {
            bad++;
            String reason = e.getMessage() == null ? e.toString() : e.getMessage();
            out.println("not ok " + name + " " + reason.strip().replace("\n", "; ")
                    + String.format(Locale.ROOT, " (%.1f s)", seconds(began)));
            if (!(e instanceof IllegalStateException) && e.getStackTrace().length > 0) {
                say(e + " at " + e.getStackTrace()[0]);
            }
            for (Host host : witnesses) {
                say(host.lastWords(15));
            }
        }
        out.flush();
    }

    private static double seconds(long beganNanos) {
        return (System.nanoTime() - beganNanos) / 1e9;
    }

    /// 0 if everything was proven.
    int status() {
        return bad == 0 ? 0 : 1;
    }
}
