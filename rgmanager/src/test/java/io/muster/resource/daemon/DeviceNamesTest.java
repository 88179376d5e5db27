package io.muster.resource.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.os.RealFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Devices by all their names, in a directory with the links that udev keeps.
class DeviceNamesTest {
    @TempDir
    Path dev;

    @BeforeEach
    void links() throws IOException {
        dev = dev.toRealPath();
        for (String directory : List.of("vg", "disk/by-uuid", "disk/by-label")) {
            Files.createDirectories(dev.resolve(directory));
        }
        Files.createFile(dev.resolve("dm-3"));
        Files.createFile(dev.resolve("sdb1"));
        Files.createSymbolicLink(dev.resolve("vg/data"), Path.of("../dm-3"));
        Files.createSymbolicLink(dev.resolve("disk/by-uuid/AB-12"), Path.of("../../dm-3"));
        Files.createSymbolicLink(dev.resolve("disk/by-label/data"), Path.of("../../dm-3"));
    }

    private Map<String, ?> names(String... devices) throws IOException {
        return new DeviceNames(RealFiles.INSTANCE, dev.resolve("disk")).of(List.of(devices));
    }

    @Test
    void oneDeviceHasManyNames() throws IOException {
        String kernel = "@device=" + dev.resolve("dm-3");
        Set<String> all = Set.of(kernel, "device=UUID=ab-12");
        String link = "device=" + dev.resolve("vg/data");
        assertEquals(
                Map.of(link, all, "device=LABEL=data", all, "device=UUID=ab-12", Set.of(kernel)),
                names(link, "device=LABEL=data", "device=UUID=ab-12"));
    }

    @Test
    void whatHasNoFileSystemHasTheKernelsName() throws IOException {
        String plain = dev.resolve("sdb1").toString();
        assertEquals(Map.of("device=" + plain, Set.of("@device=" + plain)), names("device=" + plain));
    }

    @Test
    void whatIsntThereOrIsNoDeviceIsPassedOver() throws IOException {
        assertEquals(
                Map.of(),
                names(
                        "device=" + dev.resolve("vg/other"),
                        "device=LABEL=none",
                        "device=UUID=cd",
                        "device=\0",
                        "device=",
                        "mountpoint=/mnt",
                        "address=10.0.0.1"));
    }

    @Test
    void aMachineWithoutUdevHasNoOtherNames() throws IOException {
        String plain = dev.resolve("sdb1").toString();
        assertEquals(
                Map.of("device=" + plain, Set.of("@device=" + plain)),
                new DeviceNames(RealFiles.INSTANCE, dev.resolve("nowhere")).of(List.of("device=" + plain)));
    }
}
