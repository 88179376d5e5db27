package io.muster.lvsctl.cli;

import io.muster.cli.LongOption;
import io.muster.daemon.Layout;
import io.muster.net.IpAddress;
import io.muster.realserver.daemon.RealServerSetup;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/// `lvsctl realserver up|down VIP [--interface DEV]`, `lvsctl realserver status`: this machine as a real server for
/// direct routing.
///
/// Exit status: 0 done, or nothing to do; 1 refused, or something isn't as it should be; 2 wrong usage.
public final class RealServerCommand extends Word {
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
        super(USAGE, new LongOption("interface", LongOption.Argument.REQUIRED, 'i'));
        this.setup = setup;
    }

    @Override
    int act(Given given, PrintStream out, PrintStream err) throws IOException, Misused {
        List<String> words = given.operands();
        String verb = words.isEmpty() ? "" : words.getFirst();
        try {
            if (verb.equals("status") && words.size() == 1 && !given.has('i')) {
                return status(out);
            }
            if (words.size() == 2 && (verb.equals("up") || verb.equals("down") && !given.has('i'))) {
                turn(verb, words.get(1), given.of('i').orElse(RealServerSetup.LOOPBACK), out);
                return 0;
            }
        } catch (IOException e) {
            throw new IOException("realserver " + String.join(" ", words) + ": " + e.getMessage(), e);
        }
        throw new Misused();
    }

    private void turn(String verb, String address, String device, PrintStream out) throws IOException, Misused {
        IpAddress vip = IpAddress.parse(address)
                .orElseThrow(() -> new Misused(
                        "realserver: \"" + address + "\" is no IP address: give the virtual address itself"));
        List<String> done = verb.equals("up") ? setup.up(vip, device) : setup.down(vip);
        done.forEach(out::println);
        if (done.isEmpty()) {
            out.println(vip + " is " + verb + " already");
        }
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
