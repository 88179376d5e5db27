package io.muster.ledger;

import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What may run on this machine because rgmanager has begun to start it, and how it is stopped: the only knowledge
/// that outlives every daemon and ends with the machine's life.
///
/// Octets, big-endian: u8 format 1, string life, list of services (string name, bytes how), SHA-256 of all before.
/// Immutable.
///
/// @param life of the machine, as [io.muster.machine.Machine#life] has it
/// @param services by name; how each is stopped is for rgmanager to read
public record Ledger(String life, SortedMap<String, byte[]> services) {
    private static final int FORMAT = 1;
    private static final int DIGEST_BYTES = 32;
    private static final int MAX_SERVICES = 65_536;
    private static final int MAX_HOW_BYTES = 1 << 20;

    public Ledger {
        services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
    }

    /// The content of the file.
    public byte[] encode() {
        byte[] body = new Output()
                .u8(FORMAT)
                .string(life)
                .list(services.entrySet(), (o, e) -> o.string(e.getKey()).bytes(e.getValue()))
                .toBytes();
        byte[] whole = Arrays.copyOf(body, body.length + DIGEST_BYTES);
        System.arraycopy(digest(body), 0, whole, body.length, DIGEST_BYTES);
        return whole;
    }

    /// Reads what [#encode] has made.
    ///
    /// @throws MalformedMessage for anything else, also a part of it
    public static Ledger decode(byte[] octets) throws MalformedMessage {
        if (octets.length <= DIGEST_BYTES) {
            throw new MalformedMessage("of " + octets.length + " octets");
        }
        byte[] body = Arrays.copyOf(octets, octets.length - DIGEST_BYTES);
        if (!Arrays.equals(digest(body), Arrays.copyOfRange(octets, body.length, octets.length))) {
            throw new MalformedMessage("digest is wrong");
        }
        var in = new Input(body);
        int format = in.u8();
        if (format != FORMAT) {
            throw new MalformedMessage("format " + format);
        }
        String life = in.string(255);
        var services = new TreeMap<String, byte[]>();
        for (var entry : in.list(MAX_SERVICES, i -> java.util.Map.entry(i.string(255), i.bytes(MAX_HOW_BYTES)))) {
            services.put(entry.getKey(), entry.getValue());
        }
        in.end();
        return new Ledger(life, services);
    }

    private static byte[] digest(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
