package io.muster.bed.site;

import io.muster.bed.Await;
import io.muster.finding.Reading;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// `./muster lab site FILE`: boots the guests of a [SiteFile], shows what they say, obeys lines on standard input (`off
/// GUEST`, `on GUEST`, `freeze GUEST`, `thaw GUEST`, `list`, `end`), and ends when all guests' commands have.
public final class LabSite {
    private static final List<String> WORDS = List.of("off", "on", "freeze", "thaw", "list", "end");

    private final GuestSite site;
    private final PrintStream out;
    private volatile boolean ending;

    private LabSite(GuestSite site, PrintStream out) {
        this.site = site;
        this.out = out;
    }

    public static void main(String[] args) {
        System.exit(run(args, System.in, System.out, System.err));
    }

    /// @return 0 when every guest's command ended with 0; 1 when one didn't; 2 for a wrong call, a bad file, or when
    ///     no guest can be had
    static int run(String[] args, InputStream in, PrintStream out, PrintStream err) {
        if (args.length != 1 || args[0].startsWith("-")) {
            err.println("Usage: ./muster lab site FILE     (docs/lab.md says what stands in it)");
            return args.length == 1 && List.of("-h", "--help").contains(args[0]) ? 0 : 2;
        }
        try {
            Path file = Path.of(args[0]);
            Reading<SiteFile> reading = SiteFile.read(file.getFileName().toString(), Files.readString(file));
            if (reading.config().isEmpty()) {
                reading.problems().forEach(err::println);
                return 2;
            }
            Optional<String> absence = GuestSite.absence();
            if (absence.isPresent()) {
                err.println("muster: lab: " + absence.get());
                return 2;
            }
            Path dir = Files.createTempDirectory("muster-site-");
            Path files = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), file);
            try (GuestSite site = GuestSite.open(
                    dir, reading.config().get(), files, (guest, line) -> out.println(guest + ": " + line))) {
                return new LabSite(site, out).play(in);
            } finally {
                out.println("what was collected and shared is in " + dir);
            }
        } catch (java.nio.file.NoSuchFileException e) {
            err.println("muster: lab: no file " + args[0]);
            return 2;
        } catch (IOException | RuntimeException e) {
            err.println("muster: lab: " + e.getMessage());
            return 2;
        }
    }

    private int play(InputStream in) {
        // Ctrl-C and the like: the guests must go before we do.
        Runtime.getRuntime().addShutdownHook(new Thread(site::close));
        site.guests().forEach(SiteGuest::powerOn);
        Thread.ofVirtual().start(() -> obey(in));
        while (!ending && !Await.until(1_000, 200, () -> site.guests().stream().allMatch(g -> g.status() >= 0))) {
            // On.
        }
        int status = 0;
        for (SiteGuest guest : site.guests()) {
            out.println(guest.name() + (guest.status() < 0 ? " was ended" : " ended with status " + guest.status()));
            status = guest.status() == 0 ? status : 1;
        }
        return status;
    }

    private void obey(InputStream in) {
        try (var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    out.println(obeyed(line.strip().split("\\s+")));
                }
            }
        } catch (IOException e) {
            out.println("standard input: " + e.getMessage());
        }
    }

    private String obeyed(String[] words) {
        try {
            switch (words[0]) {
                case "end" -> ending = true;
                case "list" -> {
                    return String.join(
                            " ",
                            site.guests().stream()
                                    .map(g -> g.name() + (g.on() ? " on" : " off"))
                                    .toList());
                }
                case "off" -> guest(words).powerOff();
                case "on" -> guest(words).powerOn();
                case "freeze" -> guest(words).freeze(true);
                case "thaw" -> guest(words).freeze(false);
                default -> {
                    return "what is \"" + words[0] + "\"? " + String.join(", ", WORDS);
                }
            }
            return "ok";
        } catch (RuntimeException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private SiteGuest guest(String[] words) {
        if (words.length != 2) {
            throw new IllegalArgumentException(words[0] + " takes a guest's name");
        }
        return site.guest(words[1]);
    }
}
