package io.muster.pulse;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// The secret both directors share. Heartbeats are authenticated by HMAC-SHA256 with a key derived from it
/// (HKDF-SHA256, RFC 5869, no salt, info `muster 1 pulse`): there is nothing secret in them, only something to prove.
///
/// Thread: the owner's.
public final class HeartbeatKey {
    /// Octets of a key that `muster keygen` makes: the least that is taken.
    public static final int KEY_BYTES = 32;

    /// Octets of an authentication code.
    public static final int CODE_BYTES = 32;

    private static final int MAX_BYTES = 4096;

    private final Mac mac;

    /// The code of nothing, to tell keys apart by.
    private final byte[] probe;

    /// @param secret 32 to 4096 octets
    /// @throws IllegalArgumentException when there are fewer or more
    public HeartbeatKey(byte[] secret) {
        if (secret.length < KEY_BYTES || secret.length > MAX_BYTES) {
            throw new IllegalArgumentException(secret.length + " octets: a key has " + KEY_BYTES + " to " + MAX_BYTES);
        }
        try {
            byte[] derived = KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract()
                            .addIKM(secret)
                            .thenExpand("muster 1 pulse".getBytes(StandardCharsets.US_ASCII), KEY_BYTES));
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(derived, "HmacSHA256"));
            probe = mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HKDF-SHA256", e);
        }
    }

    /// Whether it is made of the same secret. Any thread.
    public boolean same(HeartbeatKey other) {
        return MessageDigest.isEqual(probe, other.probe);
    }

    /// The message with its code behind it.
    public byte[] sign(byte[] message) {
        byte[] signed = Arrays.copyOf(message, message.length + CODE_BYTES);
        System.arraycopy(mac.doFinal(message), 0, signed, message.length, CODE_BYTES);
        return signed;
    }

    /// Whether this is as long as a heartbeat and its last [#CODE_BYTES] octets are the code of those before; takes
    /// the same time either way.
    public boolean signed(byte[] message) {
        if (message.length != HeartbeatCodec.BYTES) {
            return false;
        }
        int length = message.length - CODE_BYTES;
        mac.update(message, 0, length);
        return MessageDigest.isEqual(mac.doFinal(), Arrays.copyOfRange(message, length, message.length));
    }
}
