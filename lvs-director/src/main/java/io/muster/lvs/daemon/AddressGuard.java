package io.muster.lvs.daemon;

import io.muster.finding.Counted;
import io.muster.os.NetException;
import io.muster.os.RouteNetlink;
import io.muster.pulse.SignOfLife;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps watch over a pulse from its child: as soon as pulse is gone without a word, the addresses it held are
/// removed, long before their lifetime ends. For `lvsd --guard`, which reads its standard input here.
///
/// | line | meaning |
/// |---|---|
/// | `hold DEVICE ADDRESS/PREFIX` | is set from now on |
/// | `drop DEVICE ADDRESS/PREFIX` | isn't any more |
/// | `bye` | pulse ends and has removed what it held |
/// | `work NUMBER` | whether lvsd works, see [SignOfLife] |
///
/// End of file without `bye` means that pulse died. Thread: its own.
public final class AddressGuard {
    /// Hears what pulse asks, and once how it ended, on the guard's thread.
    public interface Listener {
        /// @param orphaned whether pulse died; the addresses are gone by now
        void ended(boolean orphaned);

        /// Asked whether lvsd works: calls `answer` if it does.
        void asked(Runnable answer);
    }

    private static final Logger LOG = LoggerFactory.getLogger("lvsd");
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private record Held(String device, InetAddress address, int prefix) {}

    private final Set<Held> held = new LinkedHashSet<>();
    private final PrintStream answers;
    private final Listener listener;

    private AddressGuard(PrintStream answers, Listener listener) {
        this.answers = answers;
        this.listener = listener;
    }

    /// Reads the lines until there are no more.
    ///
    /// @param answers where they go; must take a line as a whole, from any thread
    public static void start(InputStream lines, PrintStream answers, Listener listener) {
        var guard = new AddressGuard(answers, listener);
        Thread.ofPlatform().name("guard").daemon().start(() -> listener.ended(guard.watch(lines)));
    }

    private boolean watch(InputStream lines) {
        try (var reader = new BufferedReader(new InputStreamReader(lines, StandardCharsets.US_ASCII))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.equals("bye")) {
                    return false;
                }
                String answer = SignOfLife.answerTo(line);
                if (!answer.isEmpty()) {
                    listener.asked(() -> answers.println(answer));
                } else {
                    take(line);
                }
            }
        } catch (IOException e) {
            LOG.warn("the line to pulse broke: {}", e.getMessage());
        }
        remove();
        return true;
    }

    private void take(String line) {
        String[] words = line.split("[ /]");
        if (words.length != 4) {
            LOG.warn("pulse said \"{}\", which means nothing here", line);
            return;
        }
        try {
            var address = new Held(words[1], InetAddress.ofLiteral(words[2]), Integer.parseInt(words[3]));
            switch (words[0]) {
                case "hold" -> held.add(address);
                case "drop" -> held.remove(address);
                default -> LOG.warn("pulse said \"{}\", which means nothing here", line);
            }
        } catch (IllegalArgumentException e) {
            LOG.warn("pulse said \"{}\": {}", line, e.getMessage());
        }
    }

    private void remove() {
        if (held.isEmpty()) {
            return;
        }
        LOG.warn("pulse is gone without a word: removing {} it held", Counted.of(held.size(), "address"));
        try (var netlink = RouteNetlink.open(LIMIT)) {
            for (Held address : held) {
                try {
                    netlink.deleteAddress(address.device, address.address, address.prefix);
                } catch (NetException e) {
                    LOG.error("{}: can't be removed: {}", address.address.getHostAddress(), e.getMessage());
                }
            }
        } catch (NetException e) {
            LOG.error("addresses can't be removed, they end with their lifetime: {}", e.getMessage());
        }
    }
}
