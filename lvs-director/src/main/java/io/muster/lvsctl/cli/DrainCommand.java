package io.muster.lvsctl.cli;

import io.muster.cli.LongOption;
import io.muster.control.Answer;
import io.muster.core.MalformedMessage;
import io.muster.daemon.Layout;
import io.muster.driver.Patience;
import io.muster.finding.Counted;
import io.muster.lvs.Drain;
import io.muster.lvs.LvsdAnswer;
import io.muster.lvs.LvsdStatus;
import io.muster.lvs.LvsdStatusCodec;
import java.io.IOException;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/// `lvsctl drain RS [--deadline S] [--service V] [--wait]` and `lvsctl undrain RS [--service V]`.
///
/// Exit status: 0 done; 1 lvsd says no or isn't there; 2 wrong usage.
final class DrainCommand extends Word {
    private static final String DRAINING = """
            Usage: lvsctl drain RS [options]

            RS is a real server: its name in lvs.cf, its address, or address:port.
            It takes no new connections; at the deadline what remains is cut.

              -d, --deadline SECONDS  cut what remains after so long
              -s, --service VIRTUAL   only as a server of this virtual server
              -w, --wait              show what remains until nothing does
            """;
    private static final String UNDRAINING = """
            Usage: lvsctl undrain RS [options]

            RS is a real server: its name in lvs.cf, its address, or address:port.
            It takes new connections again.

              -s, --service VIRTUAL   only as a server of this virtual server
            """;
    private static final long LOOK_MS = 1_000;

    private static final LongOption SERVICE = new LongOption("service", LongOption.Argument.REQUIRED, 's');
    private static final LongOption[] UNDRAIN = {SERVICE};
    private static final LongOption[] DRAIN = {
        new LongOption("deadline", LongOption.Argument.REQUIRED, 'd'),
        SERVICE,
        new LongOption("wait", LongOption.Argument.NONE, 'w')
    };

    private final boolean start;
    private final Layout layout;

    DrainCommand(Layout layout, boolean start) {
        super(start ? DRAINING : UNDRAINING, start ? DRAIN : UNDRAIN);
        this.start = start;
        this.layout = layout;
    }

    @Override
    int act(Given given, PrintStream out, PrintStream err) throws IOException, Misused {
        long deadlineMs = given.has('d') ? seconds(given.of('d').orElse("")) : 0;
        if (given.operands().size() != 1) {
            throw new Misused();
        }
        LvsdAnswer answer = tell(given.operands().getFirst(), given.of('s').orElse(""), deadlineMs);
        answer.lines().forEach(answer.good() ? out::println : line -> err.println("lvsctl: " + line));
        boolean watched = !answer.good() || !given.has('w') || watch(answer.places(), out);
        return answer.good() && watched ? 0 : 1;
    }

    private LvsdAnswer tell(String server, String service, long deadlineMs) throws IOException {
        Answer answer = start
                ? Lvsctl.ask(layout, LvsdStatusCodec.DRAIN, LvsdStatusCodec.drain(server, service, deadlineMs))
                : Lvsctl.ask(layout, LvsdStatusCodec.UNDRAIN, LvsdStatusCodec.undrain(server, service));
        try {
            return LvsdStatusCodec.answer(answer);
        } catch (MalformedMessage e) {
            throw Lvsctl.nonsense(e);
        }
    }

    private static long seconds(String text) throws Misused {
        long ms = text.matches("\\d{1,9}(\\.\\d{1,3})?") ? Math.round(Double.parseDouble(text) * 1000) : 0;
        if (ms <= 0) {
            throw new Misused("deadline \"" + text + "\": seconds are wanted, above 0");
        }
        return ms;
    }

    /// Shows what remains, once a second, whenever it has changed.
    ///
    /// @return whether it was seen to its end
    private boolean watch(List<LvsdAnswer.Place> meant, PrintStream out) throws IOException {
        var shown = new HashMap<LvsdAnswer.Place, String>();
        while (true) {
            boolean left = false;
            for (LvsdStatus.Virtual virtual : Lvsctl.status(layout).virtuals()) {
                for (LvsdStatus.Server each : virtual.servers()) {
                    Optional<Drain> drain = each.drain();
                    var place = new LvsdAnswer.Place(virtual.service(), each.address());
                    if (drain.isPresent() && meant.contains(place)) {
                        String line = line(each, drain.get());
                        if (!line.equals(shown.put(place, line))) {
                            out.println(place + ": " + line);
                        }
                        left |= !drain.get().over() && (each.active() + each.inactive() > 0 || each.actualWeight() > 0);
                    }
                }
            }
            if (!left) {
                return true;
            }
            out.flush();
            if (!Patience.pause(LOOK_MS)) {
                return false;
            }
        }
    }

    private static String line(LvsdStatus.Server server, Drain drain) {
        if (drain.over()) {
            return "deadline reached, " + Counted.of(drain.cut(), "connection") + " cut";
        }
        return server.active() + " active and " + server.inactive() + " inactive connections, " + server.persistent()
                + " templates";
    }
}
