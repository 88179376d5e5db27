package io.muster.lvsctl.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.cli.LongOption;
import io.muster.daemon.Layout;
import io.muster.net.IpAddress;
import io.muster.realserver.daemon.RealServerSetup;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/// `lvsctl realserver up|down VIP [--interface DEV]`, `lvsctl realserver status`: this machine as a real server for
/// direct routing.
///
/// Exit status: 0 done, or nothing to do; 1 refused, or something isn't as it should be; 2 wrong usage.
public final class RealServerCommand implements Command {
    private static final String USAGE = """
            Usage: lvsctl realserver up VIP [-i|--interface DEV]
                   lvsctl realserver down VIP
                   lvsctl realserver status

            Takes the virtual address VIP in on DEV (lo) without answering ARP for it,
            as a real server for direct routing has to; gives it up again.
            """;

    private final RealServerSetup setup;

    public RealServerCommand(Layout layout) {
        this(RealServerSetup.of(layout));
    }

    RealServerCommand(RealServerSetup setup) {
        this.setup = setup;
    }

    /// @param args without `realserver`
    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        var options = new Getopt(
                "lvsctl",
                args,
                "i:h",
                err,
                new LongOption("interface", LongOption.Argument.REQUIRED, 'i'),
                new LongOption("help", LongOption.Argument.NONE, 'h'));
        Optional<String> device = Optional.empty();
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 'i' -> device = Optional.of(options.argument());
                case 'h' -> {
                    out.print(USAGE);
                    return 0;
                }
                default -> {
                    err.print(USAGE);
                    return 2;
                }
            }
        }
        List<String> words = options.operands();
        String verb = words.isEmpty() ? "" : words.getFirst();
        try {
            if (verb.equals("status") && words.size() == 1 && device.isEmpty()) {
                return status(out);
            }
            if ((verb.equals("up") || verb.equals("down") && device.isEmpty()) && words.size() == 2) {
                Optional<IpAddress> vip = IpAddress.parse(words.get(1));
                if (vip.isEmpty()) {
                    err.println("lvsctl: realserver: \"" + words.get(1)
                            + "\" is no IP address: give the virtual address" + " itself");
                    return 2;
                }
                List<String> done = verb.equals("up")
                        ? setup.up(vip.get(), device.orElse(RealServerSetup.LOOPBACK))
                        : setup.down(vip.get());
                done.forEach(out::println);
                if (done.isEmpty()) {
                    out.println(vip.get() + " is " + verb + " already");
                }
                return 0;
            }
        } catch (IOException e) {
            err.println("lvsctl: realserver " + String.join(" ", words) + ": " + e.getMessage());
            return 1;
        }
        err.print(USAGE);
        return 2;
    }

    private int status(PrintStream out) throws IOException {
        List<RealServerSetup.Held> held = setup.status();
        if (held.isEmpty()) {
            out.println("this machine holds no virtual address as a real server");
        }
        for (RealServerSetup.Held one : held) {
            out.println(one.address() + " on " + one.device() + ": " + (one.whole() ? "as it should be" : one.fault()));
        }
        return held.stream().allMatch(RealServerSetup.Held::whole) ? 0 : 1;
    }
}
