package io.muster.os;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// Kernel settings by their dotted names (sysctl(8)): `net.ipv4.ip_forward`.
///
/// Where a part has a dot of its own the name is written with slashes, or the dot as a slash, as in sysctl(8):
/// `net/ipv4/conf/eth0.5/rp_filter`, `net.ipv4.conf.eth0/5.rp_filter`. Thread: any.
public final class Sysctl {
    private static final Path ROOT = Path.of("/proc/sys");
    private static final int MAX_BYTES = 4096;

    private Sysctl() {}

    /// The setting of an interface: `net.ipv4.conf.eth0.rp_filter`, a dot in the interface's name included.
    public static String ofInterface(String family, String device, String name) {
        return "net." + family + ".conf." + device.replace('.', '/') + "." + name;
    }

    /// The setting of an interface's neighbours: `net.ipv4.neigh.eth0.retrans_time_ms`.
    public static String ofNeighbours(String family, String device, String name) {
        return "net." + family + ".neigh." + device.replace('.', '/') + "." + name;
    }

    /// Its value without the line end; empty when this kernel has no such setting or it can't be read.
    public static Optional<String> get(String name) {
        // Whole in the first read: the kernel gives nothing more to a second one, and the JDK, which is told that the
        // file is empty, would read one octet first.
        try (InputStream in = Files.newInputStream(path(name))) {
            return Optional.of(new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// @throws NetException when it doesn't exist ([Errno#ENOENT]) or is refused
    public static void set(String name, String value) throws NetException {
        try {
            Files.writeString(path(name), value + "\n", java.nio.file.StandardOpenOption.WRITE);
        } catch (NoSuchFileException e) {
            throw new NetException(Errno.ENOENT, name + ": this kernel has no such setting");
        } catch (java.nio.file.AccessDeniedException e) {
            throw NetException.of(name, Errno.EACCES);
        } catch (IOException e) {
            throw new NetException(Errno.EIO, name + " = " + value + ": " + reason(e));
        }
    }

    private static String reason(IOException e) {
        return e instanceof java.nio.file.FileSystemException f && f.getReason() != null
                ? f.getReason()
                : String.valueOf(e.getMessage());
    }

    static Path path(String name) {
        int dot = name.indexOf('.');
        int slash = name.indexOf('/');
        boolean dotted = dot >= 0 && (slash < 0 || dot < slash);
        var text = new StringBuilder(name);
        for (int i = 0; dotted && i < text.length(); i++) {
            char c = text.charAt(i);
            text.setCharAt(i, c == '.' ? '/' : c == '/' ? '.' : c);
        }
        Path path = ROOT.resolve(text.toString()).normalize();
        if (!path.startsWith(ROOT)) {
            throw new IllegalArgumentException(name);
        }
        return path;
    }
}
