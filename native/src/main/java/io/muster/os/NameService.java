package io.muster.os;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// The C library's names of hosts and services, with whatever nsswitch.conf says: what the originals of our commands
/// print and understand. Java's own resolver checks names it looked up backwards, prefers other addresses and knows
/// no services.
///
/// Blocks, for as long as a name server takes. Thread: any, one at a time (the library answers in static storage).
public final class NameService {
    private static final int INET = 2;
    private static final int INET6 = 10;

    static {
        Native.register(NameService.class, CLibrary.open());
    }

    private NameService() {}

    /// The first IPv4 address of a host, in network order: gethostbyname(3).
    public static synchronized Optional<byte[]> address(String host) {
        Pointer entry = gethostbyname(host);
        if (entry == null || entry.getInt(16) != INET) {
            return Optional.empty();
        }
        Pointer first = entry.getPointer(24).getPointer(0);
        return first == null ? Optional.empty() : Optional.of(first.getByteArray(0, 4));
    }

    /// The name of an address of 4 or 16 octets: gethostbyaddr(3).
    public static synchronized Optional<String> host(byte[] address) {
        Pointer entry = gethostbyaddr(address, address.length, address.length == 4 ? INET : INET6);
        return entry == null ? Optional.empty() : Optional.of(text(entry.getPointer(0)));
    }

    /// @param protocol tcp, udp, sctp
    public static synchronized OptionalInt port(String service, String protocol) {
        Pointer entry = getservbyname(service, protocol);
        return entry == null ? OptionalInt.empty() : OptionalInt.of(swap(entry.getInt(16)));
    }

    public static synchronized Optional<String> service(int port, String protocol) {
        Pointer entry = getservbyport(swap(port), protocol);
        return entry == null ? Optional.empty() : Optional.of(text(entry.getPointer(0)));
    }

    /// Ports are in network order, in the lower half of an int.
    private static int swap(int port) {
        return Short.toUnsignedInt(Short.reverseBytes((short) port));
    }

    private static String text(Pointer characters) {
        return characters.getString(0, StandardCharsets.UTF_8.name());
    }

    private static native @Nullable Pointer gethostbyname(String name);

    private static native @Nullable Pointer gethostbyaddr(byte[] address, int length, int family);

    private static native @Nullable Pointer getservbyname(String name, String protocol);

    private static native @Nullable Pointer getservbyport(int port, String protocol);
}
