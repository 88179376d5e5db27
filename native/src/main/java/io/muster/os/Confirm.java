package io.muster.os;

import java.nio.ByteBuffer;

/// Tells the kernel that the way to the other end of a connected UDP socket works, because an answer has come back:
/// the neighbour it goes through, the node itself or a gateway, needn't be asked then (`MSG_CONFIRM` in send(2)).
///
/// Sends nothing and needs no right. Thread: any.
public final class Confirm {
    private static final ByteBuffer NOTHING = NetC.buffer(1);

    private Confirm() {}

    /// @param descriptor of a connected UDP socket
    /// @return whether the kernel took it
    public static boolean peer(int descriptor) {
        int flags = NetC.MSG_CONFIRM | NetC.MSG_PROBE | NetC.MSG_DONTWAIT;
        return NetC.send(descriptor, NetC.at(NOTHING), 0, flags) == 0;
    }
}
