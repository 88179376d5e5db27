package io.muster.transport;

import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Layout of what travels between nodes. Big-endian; version 1.
///
/// All begin with
///
/// | offset | octets | |
/// |---|---|---|
/// | 0 | 4 | magic `MUSW` |
/// | 4 | 1 | version, 1 |
/// | 5 | 1 | type: 1 ring, 2 control, 3 challenge, 4 answer |
/// | 6 | 2 | nodeid it is meant for; 0 in what goes to several |
/// | 8 | 4 | sender's nodeid |
/// | 12 | 4 | id of the cluster key |
///
/// Ring and control datagrams are sealed:
///
/// | offset | octets | |
/// |---|---|---|
/// | 16 | 4 | first four octets of the sender's incarnation |
/// | 20 | 8 | counter of the sender, from 1; the AES-GCM nonce is four zero octets and the counter |
/// | 28 | n | ciphertext; the 28 octets before it are authenticated with it |
/// | 28+n | 16 | GCM tag |
///
/// Challenge (80 octets): at 16 the sender's incarnation (16), at 32 the challenge (16), at 48 HMAC-SHA256 of 0 to 47.
///
/// Answer (88 octets): at 16 the sender's incarnation (16), at 32 the challenge answered (16), at 48
/// the sender's counter so far (8), at 56 HMAC-SHA256 of 0 to 55.
///
/// The common header of control sockets is not used: a datagram has a length of its own, and here each octet travels
/// with each message.
final class Datagram {
    static final int MAGIC = 0x4d555357;
    static final int VERSION = 1;

    static final int RING = 1;
    static final int CONTROL = 2;
    static final int CHALLENGE = 3;
    static final int ANSWER = 4;

    static final int SEALED_HEADER_BYTES = 28;
    static final int TAG_BYTES = 16;
    static final int OVERHEAD_BYTES = SEALED_HEADER_BYTES + TAG_BYTES;
    static final int NONCE_BYTES = 16;
    static final int CHALLENGE_BYTES = 80;
    static final int ANSWER_BYTES = 88;
    static final int MAX_BYTES = 65_507;

    private static final int CODE_BYTES = 32;
    private static final int HEADER_BYTES = 16;
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN)
            .withInvokeExactBehavior();
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN)
            .withInvokeExactBehavior();
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN)
            .withInvokeExactBehavior();

    private Datagram() {}

    /// Checks magic, version, type and length; after this all fields of the type can be read.
    static void check(byte[] octets) throws MalformedMessage {
        if (octets.length < SEALED_HEADER_BYTES + TAG_BYTES || octets.length > MAX_BYTES) {
            throw new MalformedMessage("datagram of " + octets.length + " octets");
        }
        if (int32(octets, 0) != MAGIC || octets[4] != VERSION) {
            throw new MalformedMessage("magic or version " + Integer.toHexString(int32(octets, 0)) + " " + octets[4]);
        }
        boolean lengthFits = switch (octets[5]) {
            case RING, CONTROL -> true;
            case CHALLENGE -> octets.length == CHALLENGE_BYTES;
            case ANSWER -> octets.length == ANSWER_BYTES;
            default -> false;
        };
        if (!lengthFits) {
            throw new MalformedMessage("type " + octets[5] + " with " + octets.length + " octets");
        }
    }

    static void header(byte[] octets, int type, int destination, int sender, int keyId) {
        INT.set(octets, 0, MAGIC);
        octets[4] = VERSION;
        octets[5] = (byte) type;
        SHORT.set(octets, 6, (short) destination);
        INT.set(octets, 8, sender);
        INT.set(octets, 12, keyId);
    }

    static byte[] challenge(int destination, int sender, ClusterKey key, Incarnation incarnation, byte[] challenge) {
        byte[] octets = new byte[CHALLENGE_BYTES];
        header(octets, CHALLENGE, destination, sender, key.id());
        putIncarnation(octets, incarnation);
        System.arraycopy(challenge, 0, octets, 32, NONCE_BYTES);
        key.sign(octets, CHALLENGE_BYTES - CODE_BYTES);
        return octets;
    }

    static byte[] answer(
            int destination, int sender, ClusterKey key, Incarnation incarnation, byte[] challenge, long counter) {
        byte[] octets = new byte[ANSWER_BYTES];
        header(octets, ANSWER, destination, sender, key.id());
        putIncarnation(octets, incarnation);
        System.arraycopy(challenge, 0, octets, 32, NONCE_BYTES);
        LONG.set(octets, 48, counter);
        key.sign(octets, ANSWER_BYTES - CODE_BYTES);
        return octets;
    }

    static boolean signed(byte[] handshake, ClusterKey key) {
        return key.signed(handshake, handshake.length - CODE_BYTES);
    }

    static int type(byte[] octets) {
        return octets[5];
    }

    static int destination(byte[] octets) {
        return (short) SHORT.get(octets, 6) & 0xffff;
    }

    static int sender(byte[] octets) {
        return int32(octets, 8);
    }

    static int keyId(byte[] octets) {
        return int32(octets, 12);
    }

    static int incarnationTag(byte[] octets) {
        return int32(octets, HEADER_BYTES);
    }

    static int incarnationTag(Incarnation incarnation) {
        return (int) (incarnation.high() >>> 32);
    }

    static void sealedFields(byte[] octets, int tag, long counter) {
        INT.set(octets, 16, tag);
        LONG.set(octets, 20, counter);
    }

    static long counter(byte[] sealed) {
        return (long) LONG.get(sealed, 20);
    }

    static Incarnation incarnation(byte[] handshake) {
        return new Incarnation((long) LONG.get(handshake, 16), (long) LONG.get(handshake, 24));
    }

    static long answeredCounter(byte[] answer) {
        return (long) LONG.get(answer, 48);
    }

    static byte[] nonce(byte[] handshake) {
        byte[] nonce = new byte[NONCE_BYTES];
        System.arraycopy(handshake, 32, nonce, 0, NONCE_BYTES);
        return nonce;
    }

    static void putLong(byte[] octets, int offset, long value) {
        LONG.set(octets, offset, value);
    }

    private static void putIncarnation(byte[] octets, Incarnation incarnation) {
        LONG.set(octets, 16, incarnation.high());
        LONG.set(octets, 24, incarnation.low());
    }

    private static int int32(byte[] octets, int offset) {
        return (int) INT.get(octets, offset);
    }
}
