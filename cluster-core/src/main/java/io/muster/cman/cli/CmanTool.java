package io.muster.cman.cli;

import io.muster.cli.Command;
import io.muster.cli.Nearest;
import io.muster.cman.client.CmanFrames;
import io.muster.cman.client.CmanView;
import io.muster.cman.client.StatusCodec;
import io.muster.config.ConfigVersion;
import io.muster.config.cli.ConfigUpdate;
import io.muster.control.Answer;
import io.muster.control.CommandClient;
import io.muster.control.NotRunningException;
import io.muster.core.MalformedMessage;
import io.muster.daemon.Layout;
import io.muster.driver.Patience;
import io.muster.finding.ConfigInvalid;
import io.muster.finding.Problem;
import io.muster.membership.CmanEffect.Result;
import io.muster.membership.CmanStatus.NodeStatus;
import io.muster.wire.Output;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/// `cman_tool`: joins, leaves and shows the cluster.
///
/// Exit status: 0; 1 for an error, told on stderr behind the program's name; 2 when `-t` ran out.
public final class CmanTool implements Command {
    /// A vote of the clients may take the whole shutdown time-out.
    private static final Duration LEAVE_ANSWER = Duration.ofSeconds(60);

    private static final List<String> OPERATIONS = List.of(
            "status", "nodes", "services", "version", "wait", "join", "leave", "kill", "expected", "votes", "debug");

    private static final int POLL_MS = 100;
    private static final int TIMED_OUT = 2;

    private final Layout layout;

    public CmanTool(Layout layout) {
        this.layout = layout;
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        CmanOptions.Parsed parsed = CmanOptions.parse(args, out, err);
        if (parsed.options().isEmpty()) {
            return parsed.stop().status();
        }
        CmanOptions o = parsed.options().get();
        try {
            return switch (o.operation()) {
                case "status" -> status(out);
                case "nodes" -> nodes(o, out);
                case "services", "service" -> services(out);
                case "version" -> version(o, out, err);
                case "wait" -> await(o, err);
                case "join" -> join(o, err);
                case "leave" -> leave(o, err);
                case "kill" -> kill(o, err);
                case "expected" -> expected(o);
                case "votes" -> votes(o);
                case "debug" -> debug(o);
                default -> {
                    err.println("cman_tool: unknown operation \"" + o.operation() + "\""
                            + Nearest.hint(o.operation(), OPERATIONS));
                    err.println("Please use '-h' for usage.");
                    yield 1;
                }
            };
        } catch (Failure e) {
            err.println("cman_tool: " + e.getMessage());
            return 1;
        }
    }

    private CommandClient connect() throws Failure {
        return connect(CommandClient.QUICK);
    }

    private CommandClient connect(Duration patience) throws Failure {
        try {
            return CommandClient.connect(layout.socket("cman"), patience);
        } catch (IOException e) {
            throw Failure.toConnect(e);
        }
    }

    private static Result ask(CommandClient cman, int type, Output request) throws Failure {
        try {
            Answer answer = cman.ask(type, request);
            if (answer.code() == Answer.PERMISSION) {
                throw new Failure("Cannot open connection to cman, " + answer.text());
            }
            return CmanFrames.result(answer);
        } catch (IOException | MalformedMessage e) {
            throw new Failure("no answer from cman: " + e.getMessage());
        }
    }

    private CmanView view() throws Failure {
        try (CommandClient cman = connect()) {
            return StatusCodec.decode(cman.ask(CmanFrames.ASK_STATUS));
        } catch (IOException | MalformedMessage e) {
            throw new Failure("Error getting status: " + e.getMessage());
        }
    }

    private CmanView memberView(String what) throws Failure {
        CmanView view = view();
        if (!view.status().member() && !view.status().leaving()) {
            throw new Failure("Error getting " + what + ": Node is not yet a cluster member");
        }
        return view;
    }

    private int status(PrintStream out) throws Failure {
        out.print(StatusText.of(memberView("cluster info")));
        return 0;
    }

    private int nodes(CmanOptions o, PrintStream out) throws Failure {
        CmanView view = memberView("node info");
        List<NodeStatus> selected =
                NodesText.select(view, o.nodes().isEmpty() ? "" : o.nodes().getFirst());
        if (selected.isEmpty()) {
            throw new Failure("Error getting node info: No such file or directory");
        }
        out.print(
                o.format().isEmpty()
                        ? NodesText.table(view, selected, o.addresses(), o.fenced(), ZoneId.systemDefault())
                        : NodesText.list(view, selected, o.format()));
        return 0;
    }

    private int services(PrintStream out) throws Failure {
        out.print(GroupsText.table(GroupsText.rows(view()), false));
        return 0;
    }

    private int version(CmanOptions o, PrintStream out, PrintStream err) throws Failure {
        if (!o.reload()) {
            out.println(StatusText.VERSION + " config " + view().status().configVersion());
            return 0;
        }
        return reload(o, err);
    }

    /// `-r`: whatever gets a number into the cluster goes the way of `ccs_tool update`, so that all
    /// nodes have the file that belongs to it. A number behind `-r` is what scripts of RHEL 5 say after
    /// that; then it is in force already.
    private int reload(CmanOptions o, PrintStream err) throws Failure {
        String failed = "can't set version: ";
        Path file = layout.clusterConf();
        connect().close();
        try {
            byte[] octets = Files.readAllBytes(file);
            List<Problem> warnings = new ArrayList<>();
            ConfigVersion proposed =
                    ConfigUpdate.check(octets, String.valueOf(file.getFileName()), layout, warnings::add);
            if (!o.words().isEmpty()) {
                if (!o.words().getFirst().equals(String.valueOf(proposed.number()))) {
                    throw new Failure(failed + file + " has config_version " + proposed.number() + ", not "
                            + o.words().getFirst());
                }
                if (proposed.equals(ConfigUpdate.version(ConfigUpdate.present(layout.socket("ccsd"))))) {
                    return 0;
                }
            }
            warnings.forEach(warning -> err.println("warning: " + warning));
            ConfigUpdate.Taken taken = ConfigUpdate.propose(layout.socket("ccsd"), octets, proposed, 0);
            taken.word().lines().forEach(line -> err.println("warning: " + line));
            return 0;
        } catch (NotRunningException e) {
            throw new Failure(
                    failed + "ccsd isn't running, which agrees with the other nodes on cluster.conf: start it");
        } catch (NoSuchFileException e) {
            throw new Failure(failed + "there is no file " + file);
        } catch (ConfigInvalid | IOException e) {
            throw new Failure(failed + e.getMessage());
        }
    }

    private int await(CmanOptions o, PrintStream err) throws Failure {
        view().status();
        return await(o.quorum(), deadline(o), err);
    }

    private static long deadline(CmanOptions o) {
        return o.timeoutSec() > 0 ? System.nanoTime() + o.timeoutSec() * 1_000_000_000L : Long.MAX_VALUE;
    }

    private int await(boolean quorum, long deadline, PrintStream err) throws Failure {
        while (true) {
            CmanView view = view();
            boolean there =
                    view.status().member() && (!quorum || view.status().tally().quorate());
            if (there) {
                return 0;
            }
            if (System.nanoTime() >= deadline) {
                err.println("Timed-out waiting for cluster");
                return TIMED_OUT;
            }
            pause();
        }
    }

    private int join(CmanOptions o, PrintStream err) throws Failure {
        if (DaemonStart.answers(layout)) {
            throw new Failure("Node is already active");
        }
        long deadline = deadline(o);
        DaemonStart.run(layout, o);
        return o.waits() ? await(o.quorum(), deadline, err) : 0;
    }

    private int leave(CmanOptions o, PrintStream err) throws Failure {
        boolean removed = o.words().contains("remove");
        boolean force = o.words().contains("force");
        long deadline = deadline(o);
        while (true) {
            Result result;
            try (CommandClient cman = connect(LEAVE_ANSWER)) {
                result = ask(cman, CmanFrames.LEAVE, CmanFrames.leave(removed, force));
            }
            if (result == Result.OK) {
                break;
            }
            if (!o.waits() || result != Result.BUSY) {
                check("Error leaving cluster", result);
            }
            if (System.nanoTime() >= deadline) {
                err.println("Timed-out waiting for cluster");
                return TIMED_OUT;
            }
            pause();
        }
        while (o.waits() && Files.exists(layout.socket("cman"))) {
            if (!DaemonStart.answers(layout)) {
                return 0;
            }
            if (System.nanoTime() >= deadline) {
                err.println("Timed-out waiting for cluster");
                return TIMED_OUT;
            }
            pause();
        }
        return 0;
    }

    private int kill(CmanOptions o, PrintStream err) throws Failure {
        if (o.nodes().isEmpty()) {
            throw new Failure("no node name specified");
        }
        CmanView view = memberView("node info");
        List<Integer> nodeids = new ArrayList<>();
        int status = 0;
        for (String name : o.nodes()) {
            List<NodeStatus> found = NodesText.select(view, name);
            if (found.isEmpty()) {
                err.println("cman_tool: Can't kill node " + name + " : No such file or directory"
                        + Nearest.hint(
                                name,
                                view.status().nodes().stream()
                                        .map(NodeStatus::name)
                                        .toList()));
                status = 1;
            } else {
                nodeids.add(found.getFirst().nodeid());
            }
        }
        if (!nodeids.isEmpty()) {
            try (CommandClient cman = connect()) {
                Output request = CmanFrames.kill(nodeids, "we were killed by cman_tool or other application");
                check("kill node failed", ask(cman, CmanFrames.KILL, request));
            }
        }
        return status;
    }

    private int expected(CmanOptions o) throws Failure {
        if (o.expected() == CmanOptions.UNSET) {
            throw new Failure("no expected votes specified");
        }
        try (CommandClient cman = connect()) {
            check(
                    "can't set expected votes",
                    o.expected() <= 0
                            ? Result.INVALID
                            : ask(cman, CmanFrames.EXPECTED, CmanFrames.expected(o.expected())));
        }
        return 0;
    }

    private int votes(CmanOptions o) throws Failure {
        if (o.votes() == CmanOptions.UNSET) {
            throw new Failure("no votes specified");
        }
        int nodeid = 0;
        if (!o.nodes().isEmpty()) {
            List<NodeStatus> found =
                    NodesText.select(memberView("node info"), o.nodes().getFirst());
            if (found.isEmpty()) {
                throw new Failure("can't set votes: No such file or directory");
            }
            nodeid = found.getFirst().nodeid();
        }
        try (CommandClient cman = connect()) {
            check(
                    "can't set votes",
                    o.votes() < 0 || o.votes() > 255
                            ? Result.INVALID
                            : ask(cman, CmanFrames.VOTES, CmanFrames.votes(nodeid, o.votes())));
        }
        return 0;
    }

    private int debug(CmanOptions o) throws Failure {
        try (CommandClient cman = connect()) {
            check("can't set debug level", ask(cman, CmanFrames.DEBUG, CmanFrames.debug(Math.max(0, o.debug()))));
        }
        return 0;
    }

    /// The words of errno(3) that the original printed.
    private static void check(String what, Result result) throws Failure {
        switch (result) {
            case OK -> {}
            case BUSY -> throw new Failure(what + ": Device or resource busy");
            case INVALID -> throw new Failure(what + ": Invalid argument");
            case ALREADY -> throw new Failure(what + ": Operation already in progress");
            case NOT_MEMBER -> throw new Failure(what + ": Node is not yet a cluster member");
            case INQUORATE -> throw new Failure(what + ": Resource temporarily unavailable");
        }
    }

    private static void pause() throws Failure {
        if (!Patience.pause(POLL_MS)) {
            throw new Failure("interrupted");
        }
    }

    public static void main(String[] args) {
        Command.main(new CmanTool(Layout.fromEnvironment()), args);
    }
}
