package io.muster.fence.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.control.NotRunningException;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.driver.Patience;
import io.muster.fence.DomainReport;
import io.muster.fence.daemon.FenceProtocol;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;

/// `fence_tool`: join and leave the fence domain, and look at it. Exit: 0, or 1.
///
/// Options of both generations: RHEL 6's `-w`, `-t`, `-q`, `-m` take seconds (0 don't wait, -1 for
/// ever); RHEL 5's `-w` stands alone and waits at most `-t` seconds (300), and its `-Q` fails where
/// there is no quorum.
public final class FenceTool implements Command {
    private static final String USAGE = """
            Usage: fence_tool join|leave|ls|dump [options]
              join       join the fence domain
              leave      leave the fence domain
              ls         show the fence domain
              dump       print what fenced remembers
              -n         ls: also every node of cluster.conf
              -w [SEC]   wait for join or leave to complete
              -t SEC     retry for so long when fenced isn't there; limit of -w without a number (300)
              -q SEC     wait so long for quorum
              -m SEC     wait so long for all nodes of cluster.conf to be members
              -Q         fail if there is no quorum
              -h         print this help, then exit
              -V         print program version information, then exit
              (-1 waits for ever, 0 not at all)
            """;
    private static final long POLL_MS = 100;
    private static final long LIMIT_OF_BARE_WAIT = 300;

    /// Between two looks; tests don't sleep.
    interface Pause {
        void pause(long ms);
    }

    private final Layout layout;
    private final Pause pause;

    FenceTool(Layout layout, Pause pause) {
        this.layout = layout;
        this.pause = pause;
    }

    public FenceTool(Layout layout) {
        this(layout, Patience::pause);
    }

    public static void main(String[] args) {
        Command.main(new FenceTool(Layout.fromEnvironment()), args);
    }

    private boolean allNodes;
    private boolean bareWait;
    private boolean needQuorum;
    private long waitSec;
    private OptionalLong retrySec = OptionalLong.empty();
    private long quorumSec;
    private long membersSec;

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        var options = new Getopt("fence_tool", attachWait(args), "nw::t:q:m:QhV", err);
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            if (c == 'h') {
                out.print(USAGE);
                return 0;
            }
            if (c == 'V') {
                out.println("fence_tool " + Daemon.version());
                return 0;
            }
            if (c == '?' || !take(c, options, err)) {
                err.print(USAGE);
                return 1;
            }
        }
        List<String> operands = options.operands();
        // RHEL 5's init scripts name the domain too.
        if (operands.isEmpty() || operands.size() > 2) {
            err.println(operands.isEmpty() ? "fence_tool: no action given" : "fence_tool: too many words");
            err.print(USAGE);
            return 1;
        }
        return act(operands.getFirst(), out, err);
    }

    private boolean take(int option, Getopt options, PrintStream err) {
        if (option == 'n') {
            allNodes = true;
            return true;
        }
        if (option == 'Q') {
            needQuorum = true;
            return true;
        }
        if (!options.hasArgument()) {
            bareWait = true;
            return true;
        }
        long seconds;
        try {
            seconds = Long.parseLong(options.argument());
        } catch (NumberFormatException e) {
            err.println("fence_tool: -" + (char) option + " \"" + options.argument() + "\": not a number of seconds");
            return false;
        }
        switch (option) {
            case 'w' -> waitSec = seconds;
            case 't' -> retrySec = OptionalLong.of(seconds);
            case 'q' -> quorumSec = seconds;
            default -> membersSec = seconds;
        }
        return true;
    }

    /// getopt's optional arguments must be attached; `-w 30` is what people write.
    private static String[] attachWait(String[] args) {
        var attached = new ArrayList<String>();
        for (int i = 0; i < args.length; i++) {
            boolean number = i + 1 < args.length && args[i + 1].matches("-?[0-9]+");
            attached.add(args[i].equals("-w") && number ? "-w" + args[++i] : args[i]);
        }
        return attached.toArray(String[]::new);
    }

    private int act(String action, PrintStream out, PrintStream err) {
        try {
            return switch (action) {
                case "join" -> join(err);
                case "leave" -> leave(err);
                case "ls" -> list(out);
                case "dump" -> dump(out);
                default -> {
                    err.println("fence_tool: unknown action \"" + action + "\""
                            + io.muster.cli.Nearest.hint(action, List.of("join", "leave", "ls", "dump")));
                    err.print(USAGE);
                    yield 1;
                }
            };
        } catch (NotRunningException e) {
            // The original is silent when asked to list without fenced, and scripts read its exit
            // status.
            if (!action.equals("ls")) {
                err.println("fence_tool: fenced isn't running");
            }
        } catch (IOException e) {
            err.println("fence_tool: " + e.getMessage());
        }
        return 1;
    }

    private int join(PrintStream err) throws IOException {
        long retry = bareWait ? 0 : retrySec.orElse(0);
        retrying(retry, FenceProtocol.JOIN);
        if (needQuorum && !report().quorate()) {
            err.println("fence_tool: the cluster isn't quorate");
            return 1;
        }
        if (!await(quorumSec, DomainReport::quorate)) {
            err.println("fence_tool: no quorum after " + quorumSec + " seconds");
            return 1;
        }
        if (!await(membersSec, DomainReport::allMembers)) {
            err.println("fence_tool: not all nodes are members after " + membersSec + " seconds");
            return 1;
        }
        if (!await(waitLimit(), report -> report.joined() && report.complete())) {
            err.println("fence_tool: join not complete after " + waitLimit() + " seconds");
            return 1;
        }
        return 0;
    }

    private int leave(PrintStream err) throws IOException {
        retrying(0, FenceProtocol.LEAVE);
        if (!await(waitLimit(), report -> !report.joined())) {
            err.println("fence_tool: leave not complete after " + waitLimit() + " seconds");
            return 1;
        }
        return 0;
    }

    private long waitLimit() {
        return bareWait ? retrySec.orElse(LIMIT_OF_BARE_WAIT) : waitSec;
    }

    private void retrying(long seconds, int request) throws IOException {
        for (long left = limitMs(seconds); ; left -= POLL_MS) {
            try {
                AskFenced.ask(layout, request);
                return;
            } catch (NotRunningException e) {
                if (left <= 0) {
                    throw e;
                }
                pause.pause(POLL_MS);
            }
        }
    }

    /// @return whether it came true in time; at once true for "don't wait"
    private boolean await(long seconds, Predicate<DomainReport> wanted) throws IOException {
        if (seconds == 0) {
            return true;
        }
        for (long left = limitMs(seconds); ; left -= POLL_MS) {
            if (wanted.test(report())) {
                return true;
            }
            if (left <= 0) {
                return false;
            }
            pause.pause(POLL_MS);
        }
    }

    private static long limitMs(long seconds) {
        return seconds < 0 ? Long.MAX_VALUE : seconds * 1000;
    }

    private DomainReport report() throws IOException {
        return AskFenced.report(layout);
    }

    private int list(PrintStream out) throws IOException {
        DomainReport report = report();
        if (!report.joined()) {
            return 1;
        }
        out.print(text(report, allNodes));
        return 0;
    }

    /// The layout of RHEL 6's `fence_tool ls`, blanks and all.
    static String text(DomainReport report, boolean allNodes) {
        var text = new StringBuilder("fence domain\n");
        text.append("member count  ").append(report.members().size()).append('\n');
        long victims = report.victims().stream()
                .mapToInt(victim -> victim.node().nodeid())
                .distinct()
                .count();
        text.append("victim count  ").append(victims).append('\n');
        text.append("victim now    ").append(report.victimNow()).append('\n');
        text.append("master nodeid ").append(report.masterNodeid()).append('\n');
        text.append("wait state    ").append(report.waitState()).append('\n');
        text.append("members       ");
        report.members().forEach(nodeid -> text.append(nodeid).append(' '));
        text.append('\n');
        // Only where there is something to tell: the original had no such lines.
        for (DomainReport.VictimLine victim : report.victims()) {
            if (!victim.pending()) {
                text.append("may still run ").append(victim.remains());
                text.append(" of ").append(victim.name());
                text.append(", run ").append(victim.node().incarnation()).append('\n');
            }
        }
        if (allNodes) {
            text.append("all nodes\n");
            for (DomainReport.NodeLine node : report.nodes()) {
                if (!node.configured()) {
                    continue;
                }
                text.append("nodeid ").append(node.nodeid());
                text.append(" member ").append(node.member() ? 1 : 0);
                text.append(" victim ").append(node.victim() ? 1 : 0);
                text.append(" last fence master ").append(node.lastMaster());
                text.append(" how ").append(node.lastHow()).append('\n');
            }
        }
        return text.append('\n').toString();
    }

    private int dump(PrintStream out) throws IOException {
        out.print(FenceProtocol.dump(AskFenced.ask(layout, FenceProtocol.DUMP)));
        return 0;
    }
}
