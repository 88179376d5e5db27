package io.muster.bed.site;

import io.muster.bed.Await;
import io.muster.bed.Directories;
import io.muster.bed.Shell;
import io.muster.bed.guest.Lab;
import io.muster.bed.guest.LabRun;
import io.muster.bed.node.Box;
import io.muster.bed.node.PowerController;
import io.muster.bed.site.SiteFile.Disk;
import io.muster.bed.site.SiteFile.GuestLine;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.BiConsumer;

/// Guests with kernels of their own on a bridge in a namespace of the bed's own, their disks, and a plug for each.
///
/// What each guest runs finds `SITE_NODE`, `SITE_ADDRESS`, `SITE_DIR` (where the file lies), `SITE_COMMON` (a directory
/// that all guests share and may write), `SITE_OWN` (one of its own), `SITE_PLUGS` and `SITE_PLUGS_PORT` (for
/// `fence_netns`: `ipaddr` and `ipport`).
///
/// Nothing of it is visible outside, and nothing is left when it is closed or this process ends.
///
/// Thread: any.
public final class GuestSite implements AutoCloseable {
    private static final int PLUGS_PORT = 4000;
    private static final int READY_MS = 20_000;

    private final Path dir;
    private final SiteFile file;
    private final Box box;
    private final PowerController plugs;
    private final Map<String, SiteGuest> guests = new LinkedHashMap<>();

    private GuestSite(Path dir, SiteFile file, Box box, PowerController plugs) {
        this.dir = dir;
        this.file = file;
        this.box = box;
        this.plugs = plugs;
    }

    /// Why there can be none here; empty when there can.
    public static Optional<String> absence() {
        if (!Box.root()) {
            return Optional.of("a guest's tap takes root");
        }
        return Box.taps().or(Lab::absence);
    }

    /// Makes network, disks and plugs; the guests are off.
    ///
    /// @param dir an existing directory of the site's own
    /// @param files where what the guests run finds files of its own
    /// @param said called with a guest's name and each line it says, by threads of the guests
    public static GuestSite open(Path dir, SiteFile file, Path files, BiConsumer<String, String> said)
            throws IOException {
        var hosts = new StringBuilder("127.0.0.1 localhost\n");
        file.guests().forEach(g -> hosts.append(file.address(g) + " " + g.name() + "\n"));
        Files.writeString(dir.resolve("hosts"), hosts.toString());
        Files.createDirectories(dir.resolve("common"));
        for (String script : List.of("relay.pl", "guest.sh")) {
            try (InputStream text = GuestSite.class.getResourceAsStream(script)) {
                if (text == null) {
                    throw new IllegalStateException(script + " is missing from the jar");
                }
                Files.write(dir.resolve(script), text.readAllBytes());
            }
        }
        for (Disk disk : file.disks()) {
            try (var image =
                    new RandomAccessFile(dir.resolve(disk.name() + ".disk").toFile(), "rw")) {
                image.setLength(disk.sizeMib() * 1024L * 1024);
            }
        }
        Box box = Box.bare(dir, "site");
        try {
            var site = new GuestSite(dir, file, box, PowerController.listen(dir.resolve("power.sock")));
            site.network();
            for (GuestLine line : file.guests()) {
                var guest = new SiteGuest(line.name(), () -> site.boot(line, files, said));
                site.guests.put(line.name(), guest);
                site.plugs.add(guest);
            }
            return site;
        } catch (IOException | RuntimeException e) {
            box.close();
            throw e;
        }
    }

    private void network() throws IOException {
        in("ip", "link", "add", "br0", "type", "bridge", "stp_state", "0", "mcast_snooping", "0");
        in("ip", "addr", "add", file.gate() + "/24", "dev", "br0");
        in("ip", "link", "set", "br0", "up");
        for (GuestLine guest : file.guests()) {
            in("ip", "tuntap", "add", "dev", tap(guest), "mode", "tap");
            in("ip", "link", "set", tap(guest), "master", "br0", "up");
        }
        Path log = dir.resolve("relay.log");
        List<String> relay =
                new ArrayList<>(List.of("perl", dir.resolve("relay.pl").toString(), file.gate()));
        relay.addAll(
                List.of(Integer.toString(PLUGS_PORT), dir.resolve("power.sock").toString()));
        Shell.builder(Map.of(), box.inside(relay))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Await.that("the plugs' relay", READY_MS, () -> log.toFile().length() > 0);
    }

    private void in(String... command) {
        List<String> all = new ArrayList<>(box.entering("-n"));
        all.addAll(List.of(command));
        Shell.run(READY_MS, Map.of(), all).expectOk(String.join(" ", command));
    }

    private String tap(GuestLine guest) {
        return "tap" + guest.host();
    }

    private LabRun boot(GuestLine guest, Path files, BiConsumer<String, String> said) {
        Path own = own(guest.name());
        try {
            Files.createDirectories(own);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        Lab lab = Lab.usual()
                .memory(file.memoryMib())
                .sharing(dir.resolve("common"))
                .sharing(own)
                .tap(tap(guest))
                .environment("SITE_NODE", guest.name())
                .environment("SITE_ADDRESS", file.address(guest))
                .environment("SITE_HOSTS", dir.resolve("hosts").toString())
                .environment("SITE_DIR", files.toString())
                .environment("SITE_COMMON", dir.resolve("common").toString())
                .environment("SITE_OWN", own.toString())
                .environment("SITE_COLLECT", String.join(" ", file.collect()))
                .environment("SITE_PLUGS", file.gate())
                .environment("SITE_PLUGS_PORT", Integer.toString(PLUGS_PORT));
        for (String disk : guest.disks()) {
            lab = lab.disk(dir.resolve(disk + ".disk"));
        }
        return lab.startIn(
                box.entering("-n"),
                file.timeSeconds() * 1_000,
                line -> said.accept(guest.name(), line),
                "sh",
                dir.resolve("guest.sh").toString(),
                file.run());
    }

    public List<SiteGuest> guests() {
        return List.copyOf(guests.values());
    }

    public SiteGuest guest(String name) {
        SiteGuest guest = guests.get(name);
        if (guest == null) {
            throw new NoSuchElementException("no guest " + name + "; there are " + guests.keySet());
        }
        return guest;
    }

    public PowerController plugs() {
        return plugs;
    }

    /// The directory that all guests share, on the host.
    public Path common() {
        return dir.resolve("common");
    }

    /// What a guest has in the directories that are collected, by the same paths below this one.
    public Path own(String guest) {
        return dir.resolve("guests").resolve(guest);
    }

    /// Switches all guests off and removes the network; the directory stays, with what was collected in it.
    @Override
    public void close() {
        plugs.close();
        guests.values().parallelStream().forEach(SiteGuest::powerOff);
        box.close();
        for (Disk disk : file.disks()) {
            Directories.delete(dir.resolve(disk.name() + ".disk"));
        }
    }
}
