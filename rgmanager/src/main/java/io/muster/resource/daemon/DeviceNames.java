package io.muster.resource.daemon;

import io.muster.machine.Files;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What else devices are called on this machine: one is a path here, a UUID there, and a label or another link in a
/// third place. By what udev keeps below `/dev/disk`.
///
/// Reads links and opens no device: one that hangs delays nothing. Thread: any that may read files.
public final class DeviceNames {
    private static final String DEVICE = "device=";

    private final Files files;
    private final Path disks;

    /// @param disks where udev keeps its links: `/dev/disk`
    public DeviceNames(Files files, Path disks) {
        this.files = files;
        this.disks = disks;
    }

    /// The machine's own.
    public DeviceNames(Files files) {
        this(files, Path.of("/dev/disk"));
    }

    /// Those of some identities that are there: the file system's UUID, which is the same on every node, and the
    /// kernel's name, which counts on this one.
    ///
    /// @param identities [io.muster.resource.Identities]; of these the devices
    public SortedMap<String, SortedSet<String>> of(Collection<String> identities) throws IOException {
        var names = new TreeMap<String, SortedSet<String>>();
        Map<Path, String> uuids = new HashMap<>();
        for (Path link : files.list(disks.resolve("by-uuid"))) {
            files.real(link).ifPresent(real -> uuids.put(real, uuid(link)));
        }
        for (String identity : identities) {
            Optional<Path> real =
                    identity.startsWith(DEVICE) ? real(identity.substring(DEVICE.length()), uuids) : Optional.empty();
            if (real.isPresent()) {
                var others = new TreeSet<String>();
                others.add("@" + DEVICE + real.get());
                Optional.ofNullable(uuids.get(real.get())).ifPresent(uuid -> others.add(DEVICE + uuid));
                others.remove(identity);
                names.put(identity, others);
            }
        }
        return names;
    }

    private Optional<Path> real(String device, Map<Path, String> uuids) throws IOException {
        try {
            if (device.startsWith("/")) {
                return files.real(Path.of(device));
            }
            if (device.startsWith("LABEL=")) {
                return files.real(disks.resolve("by-label").resolve(device.substring("LABEL=".length())));
            }
        } catch (InvalidPathException e) {
            // No device can be called so.
            return Optional.empty();
        }
        return uuids.entrySet().stream()
                .filter(entry -> entry.getValue().equals(device))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private static String uuid(Path link) {
        return "UUID=" + String.valueOf(link.getFileName()).toLowerCase(Locale.ROOT);
    }
}
