package io.muster.transport;

import io.muster.core.Incarnation;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Seals or opens what one incarnation of one node sends under one cluster key: AES-256-GCM over
/// arrays, which is faster here than over direct buffers.
///
/// One object either seals or opens. Thread: the owner's.
final class Seal {
    private static final int TAG_BITS = Datagram.TAG_BYTES * 8;

    private final int nodeid;
    private final int keyId;
    private final int tag;
    private final SecretKeySpec key;
    private final Cipher cipher;
    private final byte[] nonce = new byte[12];

    Seal(ClusterKey clusterKey, int nodeid, Incarnation incarnation) {
        this.nodeid = nodeid;
        this.keyId = clusterKey.id();
        this.tag = Datagram.incarnationTag(incarnation);
        this.key = clusterKey.sealing(nodeid, incarnation);
        try {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no AES-GCM", e);
        }
    }

    int keyId() {
        return keyId;
    }

    /// @param counter never twice for one incarnation: a repeated one would give the key away
    byte[] seal(int type, int destination, long counter, byte[] plain) {
        byte[] sealed = new byte[plain.length + Datagram.OVERHEAD_BYTES];
        Datagram.header(sealed, type, destination, nodeid, keyId);
        Datagram.sealedFields(sealed, tag, counter);
        try {
            init(Cipher.ENCRYPT_MODE, counter);
            cipher.updateAAD(sealed, 0, Datagram.SEALED_HEADER_BYTES);
            cipher.doFinal(plain, 0, plain.length, sealed, Datagram.SEALED_HEADER_BYTES);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("node " + nodeid + " can't seal with counter " + counter, e);
        }
    }

    /// The plain text, or null when the datagram isn't what this incarnation sealed.
    byte @Nullable [] open(byte[] sealed) {
        try {
            init(Cipher.DECRYPT_MODE, Datagram.counter(sealed));
            cipher.updateAAD(sealed, 0, Datagram.SEALED_HEADER_BYTES);
            return cipher.doFinal(sealed, Datagram.SEALED_HEADER_BYTES, sealed.length - Datagram.SEALED_HEADER_BYTES);
        } catch (AEADBadTagException e) {
            return null;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("node " + nodeid + " can't open", e);
        }
    }

    private void init(int mode, long counter) throws GeneralSecurityException {
        Datagram.putLong(nonce, 4, counter);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    }
}
