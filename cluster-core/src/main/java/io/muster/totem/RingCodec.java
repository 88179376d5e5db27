package io.muster.totem;

import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// The octets of [RingMessage], big-endian. Everything begins with the house's header ([io.muster.wire.Header], which
/// isn't called here because packets are read and written in place):
///
/// | at | octets | what |
/// |----|--------|------|
/// | 0  | 4 | magic 0x4d535452 |
/// | 4  | 1 | version, 1 |
/// | 5  | 1 | type: 1 packet, 2 token, 3 join, 4 commit, 5 beacon, 6 request, 7 ready, 8 install, 9 cancel, 10 leave |
/// | 6  | 2 | flags; packet: 1 safe; join: 1 ready, 2 with history; ready: 1 complete |
/// | 8  | 4 | length of what follows the header |
/// | 12 | 4 | nodeid |
/// | 16 | 4 | low half of the ring's sequence, for the eye |
///
/// Bodies (`node` = nodeid u32, incarnation 2 x u64; `ring` = sequence u64, node):
///
/// | type | body |
/// |------|------|
/// | token | ring, hop, sequence, messages, aru u64 each, aruNodeid, flow, backlog u32 each, idle u16, asks |
/// | asks | count u16 (<= 64), count x (sequence u64, nodeid u32) |
/// | join | incarnation, number u64, ringSequence u64, count u16 (<= 64), count x peer, history if flagged |
/// | peer | node, flags u8 (1 heard, 2 failed, 4 proposed), age u16 |
/// | history | ring, aru u64, safe u64, length u16 (<= 1024), bitmap |
/// | commit | ring, count u16 (1..64), count x (nodeid u32, number u64) |
/// | beacon | ring, incarnation, count u16 (<= 64), count x node |
/// | request | ring, count u16 (<= 64), count x sequence u64 |
/// | ready, install, cancel | ring |
/// | leave | |
final class RingCodec {
    static final int MAGIC = 0x4d535452;
    static final int VERSION = 1;
    static final int HEADER_BYTES = 20;
    static final int DATA = 1;
    static final int TOKEN = 2;
    static final int JOIN = 3;
    static final int COMMIT = 4;
    static final int BEACON = 5;
    static final int REQUEST = 6;
    static final int READY = 7;
    static final int INSTALL = 8;
    static final int CANCEL = 9;
    static final int LEAVE = 10;
    static final int MAX_BITMAP_BYTES = 1024;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final int NODE_BYTES = 20;
    private static final int RING_BYTES = 28;
    private static final int MAX_CONTROL_BYTES = 4096;

    private RingCodec() {}

    static long getLong(byte[] from, int at) {
        return (long) LONGS.get(from, at);
    }

    static int getInt(byte[] from, int at) {
        return (int) INTS.get(from, at);
    }

    static int getShort(byte[] from, int at) {
        return (from[at] & 0xff) << 8 | (from[at + 1] & 0xff);
    }

    static void header(ByteBuffer into, int type, int flags, int nodeid, long ringSequence) {
        into.putInt(MAGIC).put((byte) VERSION).put((byte) type).putShort((short) flags);
        into.putInt(0).putInt(nodeid).putInt((int) ringSequence);
    }

    static void putRing(ByteBuffer into, RingId ring) {
        into.putLong(ring.sequence());
        putNode(into, ring.representative());
    }

    private static void putNode(ByteBuffer into, Node node) {
        into.putInt(node.nodeid());
        putIncarnation(into, node.incarnation());
    }

    private static void putIncarnation(ByteBuffer into, Incarnation incarnation) {
        into.putLong(incarnation.high()).putLong(incarnation.low());
    }

    static byte[] finish(ByteBuffer into) {
        into.putInt(8, into.position() - HEADER_BYTES);
        var datagram = new byte[into.position()];
        into.get(0, datagram);
        return datagram;
    }

    /// The type of a datagram whose header is in order.
    ///
    /// @throws MalformedMessage when it is too short, not ours, of another version, or not as long as it says
    static int type(byte[] datagram) throws MalformedMessage {
        if (datagram.length < HEADER_BYTES) {
            throw new MalformedMessage("datagram of " + datagram.length + " octets");
        }
        if (getInt(datagram, 0) != MAGIC || datagram[4] != VERSION) {
            throw new MalformedMessage("magic " + Integer.toHexString(getInt(datagram, 0)) + " version " + datagram[4]);
        }
        if (getInt(datagram, 8) != datagram.length - HEADER_BYTES) {
            throw new MalformedMessage("length " + getInt(datagram, 8) + " in a datagram of " + datagram.length);
        }
        return datagram[5];
    }

    static byte[] encode(RingMessage message, Node self) {
        var into = ByteBuffer.allocate(MAX_CONTROL_BYTES);
        switch (message) {
            case RingMessage.Token token -> encodeToken(into, self, token);
            case RingMessage.Join join -> encodeJoin(into, self, join);
            case RingMessage.Commit commit -> {
                start(into, COMMIT, 0, self, commit.ring());
                into.putShort((short) commit.nodeids().size());
                for (int i = 0; i < commit.nodeids().size(); i++) {
                    into.putInt(commit.nodeids().get(i))
                            .putLong(commit.numbers().get(i));
                }
            }
            case RingMessage.Beacon beacon -> {
                start(into, BEACON, 0, self, beacon.ring());
                putIncarnation(into, beacon.incarnation());
                into.putShort((short) beacon.heard().size());
                beacon.heard().forEach(node -> putNode(into, node));
            }
            case RingMessage.Request request -> {
                start(into, REQUEST, 0, self, request.ring());
                into.putShort((short) request.sequences().length);
                for (long sequence : request.sequences()) {
                    into.putLong(sequence);
                }
            }
            case RingMessage.Ready ready -> start(into, READY, ready.complete() ? 1 : 0, self, ready.ring());
            case RingMessage.Install install -> start(into, INSTALL, 0, self, install.ring());
            case RingMessage.Cancel cancel -> start(into, CANCEL, 0, self, cancel.ring());
            case RingMessage.Leave _ -> header(into, LEAVE, 0, self.nodeid(), 0);
        }
        return finish(into);
    }

    private static void start(ByteBuffer into, int type, int flags, Node self, RingId ring) {
        header(into, type, flags, self.nodeid(), ring.sequence());
        putRing(into, ring);
    }

    private static void encodeToken(ByteBuffer into, Node self, RingMessage.Token token) {
        start(into, TOKEN, 0, self, token.ring());
        into.putLong(token.hop()).putLong(token.sequence()).putLong(token.messages());
        into.putLong(token.aru()).putInt(token.aruNodeid()).putInt(token.flow()).putInt(token.backlog());
        into.putShort((short) token.idle()).putShort((short) token.missing().length);
        for (int i = 0; i < token.missing().length; i++) {
            into.putLong(token.missing()[i]).putInt(token.missingAt()[i]);
        }
    }

    private static void encodeJoin(ByteBuffer into, Node self, RingMessage.Join join) {
        RingMessage.History history = join.history();
        header(into, JOIN, (join.ready() ? 1 : 0) | (history != null ? 2 : 0), self.nodeid(), join.ringSequence());
        putIncarnation(into, join.from().incarnation());
        into.putLong(join.number()).putLong(join.ringSequence()).putShort((short)
                join.peers().size());
        for (RingMessage.PeerView peer : join.peers()) {
            putNode(into, peer.node());
            into.put((byte) ((peer.heard() ? 1 : 0) | (peer.failed() ? 2 : 0) | (peer.proposed() ? 4 : 0)));
            into.putShort((short) peer.ageMs());
        }
        if (history != null) {
            putRing(into, history.ring());
            into.putLong(history.aru()).putLong(history.safe());
            into.putShort((short) history.above().length).put(history.above());
        }
    }

    /// Reads any datagram but a packet.
    static RingMessage decode(byte[] datagram) throws MalformedMessage {
        int type = type(datagram);
        var in = ByteBuffer.wrap(datagram, HEADER_BYTES, datagram.length - HEADER_BYTES);
        int flags = getShort(datagram, 6);
        int nodeid = getInt(datagram, 12);
        RingMessage message = switch (type) {
            case TOKEN -> decodeToken(in);
            case JOIN -> decodeJoin(in, flags, nodeid);
            case COMMIT -> decodeCommit(in);
            case BEACON -> decodeBeacon(in);
            case REQUEST -> decodeRequest(in);
            case READY -> new RingMessage.Ready(ring(in), (flags & 1) != 0);
            case INSTALL -> new RingMessage.Install(ring(in));
            case CANCEL -> new RingMessage.Cancel(ring(in));
            case LEAVE -> new RingMessage.Leave();
            default -> throw new MalformedMessage("type " + type);
        };
        if (in.hasRemaining()) {
            throw new MalformedMessage(in.remaining() + " octets too many in type " + type);
        }
        return message;
    }

    private static RingMessage decodeToken(ByteBuffer in) throws MalformedMessage {
        RingId ring = ring(in);
        need(in, 48);
        long hop = in.getLong();
        long sequence = in.getLong();
        long messages = in.getLong();
        long aru = in.getLong();
        int aruNodeid = in.getInt();
        int flow = in.getInt();
        int backlog = in.getInt();
        int idle = in.getShort() & 0xffff;
        int count = count(in, 0, RingMessage.Token.MAX_MISSING, 12);
        var missing = new long[count];
        var missingAt = new int[count];
        for (int i = 0; i < count; i++) {
            missing[i] = in.getLong();
            missingAt[i] = in.getInt();
        }
        if (hop < 0 || sequence < 0 || messages < 0 || aru < 0 || aru > sequence || flow < 0 || backlog < 0) {
            throw new MalformedMessage("token with sequence " + sequence + " and aru " + aru);
        }
        return new RingMessage.Token(
                ring, hop, sequence, messages, aru, aruNodeid, flow, backlog, idle, missing, missingAt);
    }

    private static RingMessage decodeJoin(ByteBuffer in, int flags, int nodeid) throws MalformedMessage {
        need(in, 16);
        var from = new Node(nodeid, new Incarnation(in.getLong(), in.getLong()));
        need(in, 16);
        long number = in.getLong();
        long ringSequence = in.getLong();
        if (ringSequence < 0 || (flags & ~3) != 0) {
            throw new MalformedMessage("join with ring sequence " + ringSequence + " and flags " + flags);
        }
        int count = count(in, 0, RingConfig.MAX_NODES, NODE_BYTES + 3);
        var peers = new ArrayList<RingMessage.PeerView>(count);
        int before = 0;
        for (int i = 0; i < count; i++) {
            Node node = node(in);
            if (node.nodeid() <= before || node.nodeid() == nodeid) {
                throw new MalformedMessage("join lists node " + node.nodeid() + " after " + before);
            }
            before = node.nodeid();
            int bits = in.get();
            if ((bits & ~7) != 0) {
                throw new MalformedMessage("join with peer flags " + bits);
            }
            int ageMs = in.getShort() & 0xffff;
            peers.add(new RingMessage.PeerView(node, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, ageMs));
        }
        RingMessage.History history = (flags & 2) != 0 ? decodeHistory(in) : null;
        return new RingMessage.Join(from, number, ringSequence, (flags & 1) != 0, peers, history);
    }

    private static RingMessage.@Nullable History decodeHistory(ByteBuffer in) throws MalformedMessage {
        RingId ring = ring(in);
        need(in, 16);
        long aru = in.getLong();
        long safe = in.getLong();
        if (aru < 0 || safe < 0) {
            throw new MalformedMessage("join with aru " + aru + " and safe " + safe);
        }
        var above = new byte[count(in, 0, MAX_BITMAP_BYTES, 1)];
        in.get(above);
        return new RingMessage.History(ring, aru, safe, above);
    }

    private static RingMessage decodeCommit(ByteBuffer in) throws MalformedMessage {
        RingId ring = ring(in);
        int count = count(in, 1, RingConfig.MAX_NODES, 12);
        var nodeids = new ArrayList<Integer>(count);
        var numbers = new ArrayList<Long>(count);
        int before = 0;
        for (int i = 0; i < count; i++) {
            int nodeid = in.getInt();
            if (nodeid <= before) {
                throw new MalformedMessage("commit lists node " + nodeid + " after " + before);
            }
            before = nodeid;
            nodeids.add(nodeid);
            numbers.add(in.getLong());
        }
        return new RingMessage.Commit(ring, nodeids, numbers);
    }

    private static RingMessage decodeBeacon(ByteBuffer in) throws MalformedMessage {
        RingId ring = ring(in);
        need(in, 16);
        var incarnation = new Incarnation(in.getLong(), in.getLong());
        int count = count(in, 0, RingConfig.MAX_NODES, NODE_BYTES);
        var heard = new ArrayList<Node>(count);
        for (int i = 0; i < count; i++) {
            heard.add(node(in));
        }
        return new RingMessage.Beacon(ring, incarnation, heard);
    }

    private static RingMessage decodeRequest(ByteBuffer in) throws MalformedMessage {
        RingId ring = ring(in);
        var sequences = new long[count(in, 0, RingMessage.Request.MAX_SEQUENCES, 8)];
        for (int i = 0; i < sequences.length; i++) {
            sequences[i] = in.getLong();
        }
        return new RingMessage.Request(ring, sequences);
    }

    private static RingId ring(ByteBuffer in) throws MalformedMessage {
        need(in, RING_BYTES);
        long sequence = in.getLong();
        if (sequence < 0) {
            throw new MalformedMessage("ring sequence " + sequence);
        }
        return new RingId(sequence, node(in));
    }

    private static Node node(ByteBuffer in) throws MalformedMessage {
        need(in, NODE_BYTES);
        int nodeid = in.getInt();
        if (nodeid <= 0) {
            throw new MalformedMessage("nodeid " + nodeid);
        }
        return new Node(nodeid, new Incarnation(in.getLong(), in.getLong()));
    }

    /// A count, checked against its bounds and against what is left.
    private static int count(ByteBuffer in, int least, int most, int bytesEach) throws MalformedMessage {
        need(in, 2);
        int count = in.getShort() & 0xffff;
        if (count < least || count > most) {
            throw new MalformedMessage("count " + count + " isn't within " + least + ".." + most);
        }
        need(in, count * bytesEach);
        return count;
    }

    private static void need(ByteBuffer in, int bytes) throws MalformedMessage {
        if (in.remaining() < bytes) {
            throw new MalformedMessage("cut: " + in.remaining() + " octets left where " + bytes + " are needed");
        }
    }
}
