package io.muster.lvscf.daemon;

import io.muster.finding.Reading;
import io.muster.finding.Why;
import io.muster.lvscf.LvsConfig;
import io.muster.lvscf.LvsReader;
import io.muster.lvscf.NameLookup;
import io.muster.net.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// Reads an lvs.cf from disk with the machine's own names. Thread: one that may block. Never throws: what is wrong
/// with the file stands in the [Reading].
public final class LvsFile {
    /// Larger files are refused: thousands of virtuals take less.
    static final int MAX_BYTES = 4 << 20;

    private static final Path SERVICES = Path.of("/etc/services");

    private LvsFile() {}

    public static Reading<LvsConfig> read(Path path) {
        Path named = path.getFileName();
        String file = named == null ? path.toString() : named.toString();
        byte[] octets;
        try (var in = Files.newInputStream(path)) {
            octets = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            return Reading.refused(file, "there is no file " + path);
        } catch (IOException e) {
            return Reading.refused(file, "I/O error while reading configuration " + path + ": " + Why.reason(e));
        }
        if (octets.length > MAX_BYTES) {
            return Reading.refused(file, "longer than " + MAX_BYTES + " octets");
        }
        return LvsReader.read(new String(octets, StandardCharsets.UTF_8), file, new Machine(SERVICES));
    }

    /// The resolver's and the services file's answers.
    record Machine(Path services) implements NameLookup {
        @Override
        public Optional<IpAddress> host(String name) {
            try {
                return Arrays.stream(InetAddress.getAllByName(name))
                        .map(IpAddress::of)
                        .min(Comparator.comparing(IpAddress::v6));
            } catch (UnknownHostException e) {
                return Optional.empty();
            }
        }

        @Override
        public OptionalInt tcpPort(String service) {
            try (Stream<String> lines = Files.lines(services, StandardCharsets.ISO_8859_1)) {
                return lines.map(line -> line.replaceFirst("#.*", "").strip().split("\\s+"))
                        .filter(words -> words.length > 1 && words[1].matches("\\d{1,5}/tcp"))
                        .filter(words -> names(words, service))
                        .mapToInt(words -> Integer.parseInt(words[1].substring(0, words[1].indexOf('/'))))
                        .findFirst();
            } catch (IOException e) {
                return OptionalInt.empty();
            }
        }

        private static boolean names(String[] words, String service) {
            return words[0].equals(service) || Arrays.stream(words).skip(2).anyMatch(alias -> alias.equals(service));
        }
    }
}
