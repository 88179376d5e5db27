package io.muster.bench;

import io.muster.bed.Options;
import io.muster.bed.Options.Kind;
import io.muster.bed.Options.Option;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What `./muster bench` was asked for.
record BenchOptions(Options.Given given) {
    private static final String USAGE = """
            Usage: ./muster bench failover [--trials N] [--one-process] [--json FILE]
                   ./muster bench order [--seconds N] [--rounds N] [--muster-only] [--json FILE]
                   ./muster bench footprint [--one-process] [--json FILE]
                   ./muster bench commands [--trials N] [--json FILE]
                   ./muster bench checks [--json FILE]
                   ./muster bench table [--trials N] [--json FILE]
                   ./muster bench director [--trials N] [--lab] [--json FILE]
            """;

    private static final Options OPTIONS = new Options(
            "bench",
            "benchmark",
            Map.of("", USAGE),
            Map.of(
                    "failover", "to",
                    "order", "srm",
                    "footprint", "o",
                    "commands", "t",
                    "checks", "",
                    "table", "t",
                    "director", "tl"),
            new Option("trials", 't', false, Kind.NUMBER),
            new Option("seconds", 's', true, Kind.NUMBER),
            new Option("rounds", 'r', true, Kind.NUMBER),
            new Option("one-process", 'o', false, Kind.FLAG),
            new Option("lab", 'l', false, Kind.FLAG),
            new Option("muster-only", 'm', true, Kind.FLAG));

    /// @return empty when the options are wrong or only asked for help; `status[0]` is the exit status then
    static Optional<BenchOptions> parse(String[] args, PrintStream out, PrintStream err, int[] status) {
        return OPTIONS.parse(args, out, err, status).map(BenchOptions::new);
    }

    /// The benchmark.
    String what() {
        return given.word();
    }

    int trials(int unlessTold) {
        return given.number('t', unlessTold);
    }

    int seconds(int unlessTold) {
        return given.number('s', unlessTold);
    }

    int rounds(int unlessTold) {
        return given.number('r', unlessTold);
    }

    /// Each node's daemons in one clusterd.
    boolean oneProcess() {
        return given.has('o');
    }

    /// In a guest whose kernel has IPVS.
    boolean lab() {
        return given.has('l');
    }

    /// Without the peer.
    boolean alone() {
        return given.has('m');
    }

    @Nullable
    Path json() {
        return given.json();
    }
}
