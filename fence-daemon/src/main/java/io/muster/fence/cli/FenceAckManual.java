package io.muster.fence.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.cli.Nearest;
import io.muster.control.NotRunningException;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.fence.DomainReport;
import io.muster.fence.DomainReport.VictimLine;
import io.muster.fence.daemon.FenceProtocol;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// `fence_ack_manual`: an operator's word that a victim is harmless, when no agent can prove it, or that one
/// service of it runs no longer.
///
/// Works from every quorate node of the fence domain. The word binds to the run that is a victim when
/// the command is given: should the node restart and fall silent again meanwhile, that later run stays
/// a victim.
///
/// Exit: 0 done, 1 otherwise. Source: the `absolutely` script of RHEL 6, and `-n`, `-O` of RHEL 5's.
public final class FenceAckManual implements Command {
    private static final String USAGE = """
            Usage: fence_ack_manual [options] NODE
              NODE     name or nodeid of a victim, also as -n NODE
              -i RUN   only this run of it: its first digits, as fence_tool ls and dump show them
              -s NAME  only this service of it: it runs there no longer
              -O       don't ask
              -h       print this help, then exit
              -V       print program version information, then exit
            """;

    private final Layout layout;
    private final InputStream in;

    /// @param in where the answer is read
    public FenceAckManual(Layout layout, InputStream in) {
        this.layout = layout;
        this.in = in;
    }

    public static void main(String[] args) {
        Command.main(new FenceAckManual(Layout.fromEnvironment(), System.in), args);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        Optional<String> node = Optional.empty();
        String run = "";
        String service = "";
        boolean ask = true;
        var options = new Getopt("fence_ack_manual", args, "n:i:s:OhV", err);
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 'n' -> node = Optional.of(options.argument());
                case 'i' -> run = options.argument();
                case 's' -> service = options.argument();
                case 'O' -> ask = false;
                case 'h' -> {
                    out.print(USAGE);
                    return 0;
                }
                case 'V' -> {
                    out.println("fence_ack_manual " + Daemon.version());
                    return 0;
                }
                default -> {
                    err.print(USAGE);
                    return 1;
                }
            }
        }
        List<String> operands = options.operands();
        if (operands.size() + (node.isPresent() ? 1 : 0) != 1) {
            err.print(USAGE);
            return 1;
        }
        return acknowledge(node.orElseGet(operands::getFirst), new Word(run, label(service), ask), out, err);
    }

    /// What the word is about.
    ///
    /// @param run first digits of an incarnation; empty for all runs
    /// @param service empty for all that ran there
    private record Word(String run, String service, boolean ask) {}

    /// As rgmanager calls it.
    private static String label(String service) {
        return service.isEmpty() || service.contains(":") ? service : "service:" + service;
    }

    private int acknowledge(String name, Word word, PrintStream out, PrintStream err) {
        try {
            List<VictimLine> victims = victims(name, word, err);
            if (victims.isEmpty()) {
                return 1;
            }
            announce(victims, word, out);
            if (word.ask() && !confirmed(out)) {
                out.println("Aborted.");
                return 1;
            }
            for (VictimLine victim : victims) {
                if (word.service().isEmpty()) {
                    AskFenced.ask(layout, FenceProtocol.ACKNOWLEDGE, FenceProtocol.node(victim.node()));
                } else {
                    AskFenced.ask(layout, FenceProtocol.SERVICE, FenceProtocol.service(victim.node(), word.service()));
                }
            }
            out.println("Done");
            return 0;
        } catch (NotRunningException e) {
            err.println("fence_ack_manual: fenced isn't running on this node: run it on a node of the fence domain");
        } catch (IOException e) {
            err.println("fence_ack_manual: " + e.getMessage());
        }
        return 1;
    }

    private static void announce(List<VictimLine> victims, Word word, PrintStream out) {
        for (VictimLine victim : victims) {
            String what = word.service().isEmpty()
                    ? "About to override fencing for "
                    : "About to say that " + word.service() + " runs no longer on ";
            out.println(what + victim.name() + ", run " + victim.node().incarnation() + ".");
        }
        if (word.service().isEmpty()) {
            out.println("If that run can still write to shared storage, data will be damaged.");
            out.println("Reset the node, or see that it has no power, before you go on.");
        } else {
            out.println("If anything of it still runs there, it will run twice, and data will be damaged.");
            out.println("See that it is stopped, whatever it consists of, before you go on.");
        }
        out.println();
    }

    private boolean confirmed(PrintStream out) throws IOException {
        out.print("Continue [NO/absolutely]? ");
        out.flush();
        String answer = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
        return answer != null && answer.equals("absolutely");
    }

    /// All runs of the node that nobody has proven harmless: a word binds to the run that it names.
    private List<VictimLine> victims(String name, Word word, PrintStream err) throws IOException {
        DomainReport report = AskFenced.report(layout);
        if (!report.joined()) {
            err.println("fence_ack_manual: this node isn't in the fence domain: run it on one that is");
            return List.of();
        }
        List<VictimLine> known = report.victims(name);
        if (known.isEmpty() && report.node(name).isEmpty()) {
            var names = report.nodes().stream().map(DomainReport.NodeLine::name).toList();
            err.println("fence_ack_manual: \"" + name
                    + "\": no such node in cluster.conf, and no victim of that name or nodeid"
                    + Nearest.hint(name, names));
            return List.of();
        }
        if (!report.quorate()) {
            err.println("fence_ack_manual: this node isn't quorate: run it on one that is");
            return List.of();
        }
        List<VictimLine> victims = known.stream()
                .filter(line -> !line.proven())
                .filter(line -> line.node().incarnation().toHex().startsWith(word.run()))
                .filter(line -> word.service().isEmpty() || line.remains().bars(word.service()))
                .toList();
        if (victims.isEmpty()) {
            err.println("fence_ack_manual: " + name + " is no victim"
                    + (word.run().isEmpty() ? "" : " with a run " + word.run())
                    + (word.service().isEmpty() ? "" : " on which " + word.service() + " may still run")
                    + ": there is nothing to override; see fence_tool ls");
        }
        return victims;
    }
}
