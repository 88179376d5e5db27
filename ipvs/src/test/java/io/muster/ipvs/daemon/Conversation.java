package io.muster.ipvs.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/// A conversation recorded on a real kernel.
final class Conversation {
    private Conversation() {}

    /// The datagrams of one name and direction (`>` or `<`), in their order.
    static List<byte[]> datagrams(String name, String direction) {
        var found = new ArrayList<byte[]>();
        try (var in = Objects.requireNonNull(Conversation.class.getResourceAsStream("kernel-6.1.txt"))) {
            new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().forEach(line -> {
                String[] words = line.split(" ");
                if (words.length == 3 && words[0].equals(name) && words[1].equals(direction)) {
                    found.add(HexFormat.of().parseHex(words[2]));
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    static ByteBuffer buffer(byte[] octets) {
        return ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
    }

    static String hex(ByteBuffer written) {
        byte[] octets = new byte[written.remaining()];
        written.get(written.position(), octets);
        return HexFormat.of().formatHex(octets);
    }
}
