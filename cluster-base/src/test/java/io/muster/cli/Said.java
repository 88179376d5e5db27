package io.muster.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// What a command said and how it ended, run in a test's own process.
///
/// @param out standard output
/// @param err standard error; empty if it went where the output went
public record Said(int status, String out, String err) {
    /// Runs a command, or anything that takes what a command takes.
    public static Said by(Command command, String... args) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int status = command.run(args, printing(out), printing(err));
        return new Said(status, text(out), text(err));
    }

    /// The same with standard error in the output, as on a terminal.
    public static Said together(Command command, String... args) {
        var both = new ByteArrayOutputStream();
        PrintStream print = printing(both);
        int status = command.run(args, print, print);
        return new Said(status, text(both), "");
    }

    private static PrintStream printing(ByteArrayOutputStream octets) {
        return new PrintStream(octets, true, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream octets) {
        return octets.toString(StandardCharsets.UTF_8);
    }
}
