package io.muster.os;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/// Waits for one of a few descriptors, and is woken by another thread (poll(2), eventfd(2)). [#await] belongs to one
/// thread, [#wake] to any.
final class Wake implements AutoCloseable {
    private final int event;
    private final ByteBuffer fds;
    private final Pointer fdsAt;
    private final ByteBuffer count = NetC.buffer(8);

    Wake(int... descriptors) throws NetException {
        event = NetC.eventfd(0, NetC.EFD_FLAGS);
        if (event < 0) {
            throw NetC.failed("eventfd");
        }
        fds = NetC.buffer(8 * (descriptors.length + 1));
        fdsAt = NetC.at(fds);
        fds.putInt(0, event).putShort(4, NetC.POLLIN);
        for (int i = 0; i < descriptors.length; i++) {
            fds.putInt(8 + i * 8, descriptors[i]).putShort(12 + i * 8, NetC.POLLIN);
        }
    }

    /// @param timeoutMs negative for ever
    void await(long timeoutMs) {
        int limit = timeoutMs < 0 ? -1 : (int) Math.min(timeoutMs, Integer.MAX_VALUE);
        if (NetC.poll(fdsAt, fds.capacity() / 8, limit) > 0 && fds.getShort(6) != 0) {
            NetC.read(event, NetC.at(count), 8);
        }
    }

    void wake() {
        NetC.write(event, NetC.at(NetC.buffer(8).putLong(0, 1)), 8);
    }

    /// When nobody waits any more.
    @Override
    public void close() {
        NetC.close(event);
    }
}
