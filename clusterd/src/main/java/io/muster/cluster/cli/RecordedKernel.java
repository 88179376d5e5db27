package io.muster.cluster.cli;

import io.muster.os.Netlink;
import io.muster.os.NetlinkWriter;
import java.nio.ByteBuffer;

/// What a kernel with one virtual service of two real servers says, as far as a listing asks; anything else is done
/// and forgotten. Layouts: [io.muster.ipvs.daemon.IpvsRequests] and [io.muster.ipvs.daemon.IpvsReplies].
///
/// Thread: one at a time.
final class RecordedKernel implements Netlink {
    private static final int FAMILY = 28;
    private static final int ERROR = 2;
    private static final int DONE = 3;
    private static final int MULTI = 2;
    private static final int CONTROLLER = 16;
    private static final int GET_SERVICE = 4;
    private static final int GET_DEST = 8;
    private static final int GET_INFO = 15;
    private static final int HEADER_BYTES = 16;
    private static final long VIRTUAL = 0x0a01_0101L;
    private static final long FIRST_SERVER = 0x0a09_0001L;

    private final NetlinkWriter answers = new NetlinkWriter(16 * 1024);

    @Override
    public void send(ByteBuffer messages) {
        int at = messages.position();
        while (at < messages.limit()) {
            int length = messages.getInt(at);
            int command = length > HEADER_BYTES ? messages.get(at + HEADER_BYTES) : 0;
            answer(messages.getShort(at + 4), messages.getShort(at + 6), messages.getInt(at + 8), command);
            at += length + 3 & ~3;
        }
    }

    private void answer(int type, int flags, int sequence, int command) {
        if (type == CONTROLLER) {
            begin(CONTROLLER, 0, sequence, 1).u16(1, FAMILY).end();
        } else if (type == FAMILY && command == GET_INFO) {
            begin(FAMILY, 0, sequence, 14).u32(1, 0x10201).u32(2, 4096).end();
        } else if (type == FAMILY && command == GET_SERVICE) {
            service(sequence);
            answers.message(DONE, MULTI, sequence).raw32(0).end();
        } else if (type == FAMILY && command == GET_DEST) {
            server(sequence, FIRST_SERVER);
            server(sequence, FIRST_SERVER + 1);
            answers.message(DONE, MULTI, sequence).raw32(0).end();
        } else if ((flags & NetlinkWriter.ACK) != 0) {
            answers.message(ERROR, 0, sequence).raw32(0).end();
        }
    }

    private void service(int sequence) {
        begin(FAMILY, MULTI, sequence, 1);
        int nest = answers.nest(1);
        answers.u16(1, 2).u16(2, 6).be128(3, VIRTUAL << 32, 0).be16(4, 80).string(6, "wlc");
        answers.flags(7, 0, -1).u32(8, 0).be32(9, -1);
        stats();
        answers.endNest(nest).end();
    }

    private void server(int sequence, long address) {
        begin(FAMILY, MULTI, sequence, 5);
        int nest = answers.nest(2);
        answers.be128(1, address << 32, 0)
                .be16(2, 80)
                .u32(3, 3)
                .u32(4, 1)
                .u32(5, 0)
                .u32(6, 0);
        answers.u32(7, 0).u32(8, 0).u32(9, 0).u16(11, 2);
        stats();
        answers.endNest(nest).end();
    }

    private void stats() {
        int nest = answers.nest(12);
        for (int type = 1; type <= 10; type++) {
            answers.octets(type, new byte[8]);
        }
        answers.endNest(nest);
    }

    private NetlinkWriter begin(int type, int flags, int sequence, int command) {
        return answers.message(type, flags, sequence).raw8(command).raw8(1).raw16(0);
    }

    @Override
    public int receive(long timeoutMs) {
        return answers.size() == 0 ? 0 : 1;
    }

    @Override
    public ByteBuffer datagram(int index) {
        ByteBuffer written = answers.written();
        ByteBuffer copy = ByteBuffer.allocate(written.remaining()).order(written.order());
        copy.put(written).flip();
        answers.clear();
        return copy;
    }

    @Override
    public int receiveBytes() {
        return 1 << 20;
    }

    @Override
    public void close() {}
}
