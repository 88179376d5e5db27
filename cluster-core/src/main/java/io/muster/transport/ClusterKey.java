package io.muster.transport;

import io.muster.core.Incarnation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// The secret all nodes of a cluster share, and the keys derived from it.
///
/// Nothing is ever sealed with the cluster key itself. HKDF-SHA256 (RFC 5869, no salt) gives, by its info string:
///
/// | info | length | use |
/// |---|---|---|
/// | `muster 1 key id` | 4 | names the key in each datagram |
/// | `muster 1 handshake` | 32 | HMAC-SHA256 of challenges and answers |
/// | `muster 1 seal`, nodeid u32, incarnation 16 octets | 32 | AES-256-GCM of all that one start of one node sends |
///
/// So a key that seals belongs to one sender, and its counter is a nonce that can't come twice.
///
/// Thread: the owner's.
public final class ClusterKey {
    /// Octets of a key that `muster keygen` makes.
    public static final int KEY_BYTES = 32;

    private static final int MAX_BYTES = 4096;

    private final byte[] secret;
    private final int id;
    private final Mac handshake;

    /// @param secret 32 to 4096 octets
    /// @throws IllegalArgumentException when there are fewer or more
    public ClusterKey(byte[] secret) {
        if (secret.length < KEY_BYTES || secret.length > MAX_BYTES) {
            throw new IllegalArgumentException("key of " + secret.length + " octets: at least " + KEY_BYTES
                    + " and at most " + MAX_BYTES + " are needed");
        }
        this.secret = secret.clone();
        this.id = ByteBuffer.wrap(derive(ascii("muster 1 key id"), 4)).getInt();
        try {
            this.handshake = Mac.getInstance("HmacSHA256");
            handshake.init(new SecretKeySpec(derive(ascii("muster 1 handshake"), KEY_BYTES), "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HMAC-SHA256", e);
        }
    }

    /// Names the key without telling anything about it.
    public int id() {
        return id;
    }

    SecretKeySpec sealing(int nodeid, Incarnation incarnation) {
        ByteBuffer info = ByteBuffer.allocate(64);
        info.put(ascii("muster 1 seal"))
                .putInt(nodeid)
                .putLong(incarnation.high())
                .putLong(incarnation.low())
                .flip();
        byte[] octets = new byte[info.remaining()];
        info.get(octets);
        return new SecretKeySpec(derive(octets, KEY_BYTES), "AES");
    }

    /// Writes the authentication code of the first `length` octets behind them.
    void sign(byte[] message, int length) {
        handshake.update(message, 0, length);
        byte[] code = handshake.doFinal();
        System.arraycopy(code, 0, message, length, code.length);
    }

    /// Whether the octets behind the first `length` are their authentication code; takes the same time either way.
    boolean signed(byte[] message, int length) {
        handshake.update(message, 0, length);
        byte[] code = handshake.doFinal();
        byte[] there = new byte[code.length];
        System.arraycopy(message, length, there, 0, code.length);
        return MessageDigest.isEqual(code, there);
    }

    private byte[] derive(byte[] info, int length) {
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract().addIKM(secret).thenExpand(info, length));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HKDF-SHA256", e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClusterKey that && MessageDigest.isEqual(secret, that.secret);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(secret);
    }

    /// The key's id, never the key.
    @Override
    public String toString() {
        return String.format("key %08x", id);
    }
}
