package io.muster.lvs;

import io.muster.net.IpAddress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Texts of lvs.cf for tests, and a small world of names.
final class Sample {
    private static final Map<String, String> HOSTS = Map.of("lvs1", "192.168.26.201", "web1", "2001:db8::51");

    static final NameLookup NAMES = new NameLookup() {
        @Override
        public Optional<IpAddress> host(String name) {
            return Optional.ofNullable(HOSTS.get(name)).flatMap(IpAddress::parse);
        }

        @Override
        public OptionalInt tcpPort(String service) {
            return service.equals("https") ? OptionalInt.of(443) : OptionalInt.empty();
        }
    };

    private Sample() {}

    static String complete() {
        try (InputStream in = Sample.class.getResourceAsStream("complete.cf")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static Reading read(String text) {
        return LvsReader.read(text, "lvs.cf", NAMES);
    }

    /// A good file around some global lines.
    static Reading global(String lines) {
        return read(lines + "\n" + virtual(""));
    }

    /// A good virtual with further lines behind its own, and a server; no line end at the end.
    static String virtual(String lines) {
        return "virtual v {\nactive = 1\naddress = 10.0.0.100 eth0:1\n" + (lines.isEmpty() ? "" : lines + "\n")
                + "server s {\naddress = 10.0.1.1\nactive = 1\n}\n}\n";
    }

    static List<String> errors(Reading reading) {
        return reading.errors().stream().map(Problem::toString).toList();
    }

    static List<String> warnings(Reading reading) {
        return reading.warnings().stream().map(Problem::toString).toList();
    }

    /// The configuration of a file without errors.
    static LvsConfig good(Reading reading) {
        return reading.config().orElseThrow(() -> new AssertionError(reading.problems()));
    }
}
