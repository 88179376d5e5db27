package io.muster.realserver.daemon;

import io.muster.net.IpAddress;
import io.muster.os.AtomicFile;
import io.muster.os.OwnText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What [RealServerSetup] has done and how it was before, kept in a file until it is undone. Notes of an earlier boot
/// are void: the addresses went with it, and the settings are what the machine starts with.
///
/// | line | |
/// |---|---|
/// | `boot ID` | the kernel's boot id; first |
/// | `held ADDRESS DEVICE` | a virtual address on this machine |
/// | `was SETTING VALUE` | a setting's value before we changed it |
final class RealServerNotes {
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    private final Path file;
    private final String boot;
    final Map<IpAddress, String> held = new TreeMap<>();
    final Map<String, String> was = new TreeMap<>();

    private RealServerNotes(Path file, String boot) {
        this.file = file;
        this.boot = boot;
    }

    static RealServerNotes read(Path file) throws IOException {
        return read(file, Files.isReadable(BOOT) ? Files.readString(BOOT).strip() : "unknown");
    }

    static RealServerNotes read(Path file, String boot) throws IOException {
        var notes = new RealServerNotes(file, boot);
        boolean current = false;
        for (String line : OwnText.lines(file).orElse(List.of())) {
            String[] words = line.split(" ", 3);
            switch (words[0]) {
                case "boot" -> current = words.length == 2 && words[1].equals(boot);
                case "held" -> {
                    Optional<IpAddress> address = words.length == 3 ? IpAddress.parse(words[1]) : Optional.empty();
                    if (current && address.isPresent()) {
                        notes.held.put(address.get(), words[2]);
                    }
                }
                case "was" -> {
                    if (current && words.length == 3) {
                        notes.was.put(words[1], words[2]);
                    }
                }
                default -> {}
            }
        }
        return notes;
    }

    /// Puts them on disk, whole or not at all; removes the file when there is nothing to note.
    void write() throws IOException {
        if (held.isEmpty() && was.isEmpty()) {
            AtomicFile.delete(file);
            return;
        }
        var text = new StringBuilder("boot " + boot + "\n");
        held.forEach((address, device) ->
                text.append("held ").append(address).append(' ').append(device).append('\n'));
        was.forEach((name, value) ->
                text.append("was ").append(name).append(' ').append(value).append('\n'));
        AtomicFile.publish(file, text.toString());
    }
}
