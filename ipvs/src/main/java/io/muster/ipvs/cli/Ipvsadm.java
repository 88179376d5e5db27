package io.muster.ipvs.cli;

import io.muster.cli.Command;
import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsException;
import io.muster.ipvs.IpvsTable;
import io.muster.ipvs.daemon.ConnectionTable;
import io.muster.ipvs.daemon.KernelIpvs;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.function.Supplier;

/// The `ipvsadm` command: sets up, changes and lists the table of virtual services, as `ipvsadm` 1.31 does.
///
/// Exit status: 0; 1 when the one service to list isn't there; 2 for options that make no sense, or when there is no
/// table to talk to; 255 for unknown options and what the kernel refuses. `-R` goes on after a refusal, but a line that
/// makes no sense is its last; it ends with its last line's status.
public final class Ipvsadm implements Command {
    /// Where the table comes from.
    @FunctionalInterface
    public interface Tables {
        IpvsTable open() throws IpvsException;
    }

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Tables tables;
    private final ConnectionTable connections;
    private final Supplier<Names> names;
    private final InputStream in;

    /// On the kernel's table, with the machine's names and standard input.
    public Ipvsadm() {
        this(() -> KernelIpvs.open(PATIENCE), new ConnectionTable(), SystemNames::new, System.in);
    }

    Ipvsadm(Tables tables, ConnectionTable connections, Supplier<Names> names, InputStream in) {
        this.tables = tables;
        this.connections = connections;
        this.names = names;
        this.in = in;
    }

    /// The same on another table.
    public Ipvsadm on(Tables others) {
        return new Ipvsadm(others, connections, names, in);
    }

    /// The same with another standard input, for `-R`.
    public Ipvsadm reading(InputStream other) {
        return new Ipvsadm(tables, connections, names, other);
    }

    public static void main(String[] args) {
        Command.main(new Ipvsadm(), args);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        // The original, too, asks for the table before it looks at its arguments.
        try (IpvsTable table = tables.open()) {
            return new Session(table, connections, names.get(), in, out, err).run(args);
        } catch (IpvsException e) {
            err.print("Can't initialize ipvs: " + words(e) + "\n"
                    + "Are you sure that IP Virtual Server is built in the kernel or as module?\n");
            return Refused.OPERATOR;
        }
    }

    private static String words(IpvsException e) {
        return e.error().equals(IpvsError.NOT_PERMITTED) ? KernelWords.of(e.error()) : "Protocol not available";
    }
}
