package io.muster.lvscf;

import io.muster.finding.Problem;
import io.muster.finding.Reading;
import io.muster.ipvs.Forwarding;
import io.muster.net.IpAddress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Texts of lvs.cf for tests, and a small world of names.
public final class Sample {
    private static final Map<String, String> HOSTS = Map.of("lvs1", "192.168.26.201", "web1", "2001:db8::51");

    public static final NameLookup NAMES = new NameLookup() {
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

    public static String complete() {
        try (InputStream in = Sample.class.getResourceAsStream("complete.cf")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public static Reading<LvsConfig> read(String text) {
        return LvsReader.read(text, "lvs.cf", NAMES);
    }

    /// A good file around some global lines.
    public static Reading<LvsConfig> global(String lines) {
        return read(lines + "\n" + virtual(""));
    }

    /// A good virtual with further lines behind its own, and a server; no line end at the end.
    public static String virtual(String lines) {
        return "virtual v {\nactive = 1\naddress = 10.0.0.100 eth0:1\n" + (lines.isEmpty() ? "" : lines + "\n")
                + "server s {\naddress = 10.0.1.1\nactive = 1\n}\n}\n";
    }

    public static List<String> errors(Reading<LvsConfig> reading) {
        return reading.errors().stream().map(Problem::withSeverity).toList();
    }

    public static List<String> warnings(Reading<LvsConfig> reading) {
        return reading.warnings().stream().map(Problem::withSeverity).toList();
    }

    /// The configuration of a file without errors.
    public static LvsConfig good(Reading<LvsConfig> reading) {
        return reading.config().orElseThrow(() -> new AssertionError(reading.problems()));
    }

    /// What a file means that says nothing but these: the original's defaults.
    public static LvsConfig config(List<LvsConfig.Virtual> virtuals) {
        return new LvsConfig(
                Optional.empty(),
                Optional.empty(),
                false,
                new LvsConfig.Heartbeat(539, 2_000, 5_000, LvsConfig.Heartbeat.Format.MUSTER, false, 60_000),
                Forwarding.MASQ,
                Optional.empty(),
                LvsConfig.ServiceKind.LVS,
                "rsh",
                false,
                false,
                "eth0",
                0,
                0,
                0,
                0,
                true,
                true,
                "",
                "",
                "NONE",
                virtuals,
                List.of());
    }
}
