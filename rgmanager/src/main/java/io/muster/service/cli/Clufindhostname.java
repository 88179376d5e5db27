package io.muster.service.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.finding.Shown;
import io.muster.net.IpAddress;
import io.muster.os.NameService;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/// `clufindhostname`: the name of an address, or the address of a name, as this machine's resolver has it. Agents that
/// look a client up in the kernel's table of exports ask for the form that they weren't told.
///
/// Exit status: 0; 1 when there is none, or on wrong usage.
public final class Clufindhostname implements Command {
    private static final String USAGE = """
            Usage: clufindhostname -i ADDRESS
                   clufindhostname -n NAME

              -i ADDRESS  prints the name of an IPv4 or IPv6 address
              -n NAME     prints the address of a name
              -h          this help
            """;

    public static void main(String[] args) {
        Command.main(new Clufindhostname(), args);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        String address = "";
        String name = "";
        var options = new Getopt("clufindhostname", args, "i:n:h", err);
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 'i' -> address = options.argument();
                case 'n' -> name = options.argument();
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
        if (address.isEmpty() == name.isEmpty() || !options.operands().isEmpty()) {
            err.print(USAGE);
            return 1;
        }
        return address.isEmpty() ? address(name, out, err) : name(address, out, err);
    }

    private static int name(String text, PrintStream out, PrintStream err) {
        Optional<IpAddress> address = IpAddress.parse(text);
        if (address.isEmpty()) {
            err.println("clufindhostname: \"" + Shown.of(text) + "\" is no address: a name is given with -n");
            return 1;
        }
        Optional<String> name = NameService.host(address.get().octets());
        if (name.isEmpty()) {
            err.println("clufindhostname: " + text + " has no name");
            return 1;
        }
        out.println(name.get());
        return 0;
    }

    private static int address(String name, PrintStream out, PrintStream err) {
        Optional<IpAddress> address =
                NameService.address(name).map(IpAddress::of).or(() -> byJava(name));
        if (address.isEmpty()) {
            err.println("clufindhostname: \"" + Shown.of(name) + "\" has no address");
            return 1;
        }
        out.println(address.get());
        return 0;
    }

    /// One that has IPv6 addresses only.
    private static Optional<IpAddress> byJava(String name) {
        try {
            return Optional.of(IpAddress.of(InetAddress.getByName(name)));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
