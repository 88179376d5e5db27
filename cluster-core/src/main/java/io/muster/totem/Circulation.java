package io.muster.totem;

import io.muster.core.Node;
import io.muster.totem.RingMessage.Token;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The operational ring: the token goes round, and who has it gives sequences to what it sends.
///
/// As in Amir et al. 1995, with two changes. A part of a member's packets follows the token instead of
/// preceding it (Babay and Amir 2016), so the next member works while this one still sends; hence a
/// packet counts as missing only one round after its sequence was seen. And a ring where nothing has
/// happened for some rounds rests its token at the representative until somebody wants to send.
final class Circulation {
    /// Rounds without news before the token rests: two let everybody know that everything is
    /// everywhere, one is for good measure.
    private static final int ROUNDS_BEFORE_REST = 3;

    /// So many packets may follow the token.
    private static final int ACCELERATED_PACKETS = 24;

    final RingLog log;
    private final Context context;
    private final List<Integer> others;
    private final int nextNodeid;
    private long heardMs;
    private long graceMs;
    private long passedMs = -1;
    private long roundMs = 1;
    private long hop;
    private long roundSequence;
    private long roundAru;
    private int ownFlow;
    private int ownBacklog;
    private int idle;
    private long messages;
    private byte @Nullable [] passed;
    private long passAgainAtMs = Long.MAX_VALUE;
    private @Nullable Token resting;
    private long restUntilMs = Long.MAX_VALUE;
    private long cancelledMs = Long.MIN_VALUE;
    private boolean roundWanted;
    private long lastSequence;
    private int lastOriginator;

    Circulation(Context context, RingLog log) {
        this.context = context;
        this.log = log;
        this.others = log.members.stream()
                .map(Node::nodeid)
                .filter(id -> id != context.self.nodeid())
                .toList();
        int at = log.members.indexOf(context.self);
        this.nextNodeid = log.members.get((at + 1) % log.members.size()).nodeid();
        this.heardMs = context.nowMs;
        this.roundSequence = context.firstSequence;
        this.roundAru = context.firstSequence;
    }

    /// All of it, but for the log and what is shared.
    record Image(
            long heardMs,
            long graceMs,
            long passedMs,
            long roundMs,
            long hop,
            long roundSequence,
            long roundAru,
            int ownFlow,
            int ownBacklog,
            int idle,
            long messages,
            byte @Nullable [] passed,
            long passAgainAtMs,
            @Nullable Token resting,
            long restUntilMs,
            long cancelledMs,
            boolean roundWanted,
            long lastSequence,
            int lastOriginator) {}

    Image image() {
        return new Image(
                heardMs,
                graceMs,
                passedMs,
                roundMs,
                hop,
                roundSequence,
                roundAru,
                ownFlow,
                ownBacklog,
                idle,
                messages,
                passed,
                passAgainAtMs,
                resting,
                restUntilMs,
                cancelledMs,
                roundWanted,
                lastSequence,
                lastOriginator);
    }

    static Circulation restored(Context context, RingLog log, Image image) {
        var it = new Circulation(context, log);
        it.heardMs = image.heardMs();
        it.graceMs = image.graceMs();
        it.passedMs = image.passedMs();
        it.roundMs = image.roundMs();
        it.hop = image.hop();
        it.roundSequence = image.roundSequence();
        it.roundAru = image.roundAru();
        it.ownFlow = image.ownFlow();
        it.ownBacklog = image.ownBacklog();
        it.idle = image.idle();
        it.messages = image.messages();
        it.passed = image.passed();
        it.passAgainAtMs = image.passAgainAtMs();
        it.resting = image.resting();
        it.restUntilMs = image.restUntilMs();
        it.cancelledMs = image.cancelledMs();
        it.roundWanted = image.roundWanted();
        it.lastSequence = image.lastSequence();
        it.lastOriginator = image.lastOriginator();
        return it;
    }

    boolean alone() {
        return others.isEmpty();
    }

    private boolean representative() {
        return log.id.representative().equals(context.self);
    }

    /// Where the token rests. All members agree on it once nothing has happened for a round, because
    /// all have the last packet then.
    private int restNodeid() {
        return lastOriginator != 0 ? lastOriginator : log.id.representative().nodeid();
    }

    private boolean restsHere() {
        return restNodeid() == context.self.nodeid();
    }

    /// Rounds without news, as the token counts them, after which it may rest here: all others must
    /// have seen enough of them to know that they have to ask for it. The representative is who counts.
    private int restAfter() {
        return representative() ? ROUNDS_BEFORE_REST : ROUNDS_BEFORE_REST + 1;
    }

    private void noteOriginator(byte[] packet) {
        long sequence = Packet.sequence(packet);
        if (sequence > lastSequence) {
            lastSequence = sequence;
            lastOriginator = Packet.originator(packet);
        }
    }

    /// The representative sends the first token.
    void begin() {
        if (alone()) {
            restUntilMs = context.nowMs + context.config.holdMs();
            pump();
        } else if (representative()) {
            long from = context.firstSequence;
            visit(new Token(log.id, 0, from, 0, from, 0, 0, 0, 0, new long[0], new int[0]));
        }
    }

    void packet(byte[] packet) {
        if (log.receive(packet)) {
            noteOriginator(packet);
            log.deliver(context.effects);
        } else {
            context.counters.foreign++;
        }
    }

    void token(Token token) {
        if (token.hop() <= hop) {
            return; // a copy
        }
        hop = token.hop();
        heardMs = context.nowMs;
        graceMs = 0;
        context.forgivenMs = 0;
        passed = null;
        passAgainAtMs = Long.MAX_VALUE;
        if (passedMs >= 0) {
            roundMs = Math.max(1, context.nowMs - passedMs);
            context.ringProofMs = Math.max(context.ringProofMs, passedMs);
            context.effects.add(new RingEffect.RoundCompleted(log.id, passedMs));
        }
        if (restsHere() && token.idle() >= restAfter() && context.queue.isEmpty() && !roundWanted) {
            resting = token;
            restUntilMs = context.nowMs + context.config.holdMs();
        } else {
            visit(token);
        }
    }

    /// Somebody on this node wants to send.
    void wantToSend() {
        if (alone()) {
            pump();
        } else {
            wake();
        }
    }

    /// Somebody on this node wants a round.
    void wantRound() {
        if (alone()) {
            context.effects.add(new RingEffect.RoundCompleted(log.id, context.nowMs));
        } else {
            roundWanted = true;
            wake();
        }
    }

    private void wake() {
        if (resting != null) {
            letGo();
        } else if (!restsHere()
                && idle >= ROUNDS_BEFORE_REST
                && (cancelledMs == Long.MIN_VALUE || context.nowMs >= cancelledMs + context.config.joinMs())) {
            cancelledMs = context.nowMs;
            context.unicast(restNodeid(), new RingMessage.Cancel(log.id));
        }
    }

    /// Another member wants to send.
    void cancel() {
        if (restsHere()) {
            roundWanted = true;
            if (resting != null) {
                letGo();
            }
        }
    }

    private void letGo() {
        Token token = resting;
        resting = null;
        restUntilMs = Long.MAX_VALUE;
        if (token != null) {
            visit(token);
        }
    }

    private void visit(Token token) {
        cancelledMs = Long.MIN_VALUE;
        List<long[]> asked = resend(token);
        int flow = Math.max(0, token.flow() - ownFlow);
        int backlog = Math.max(0, token.backlog() - ownBacklog);
        List<byte[]> packets = take(token, flow, backlog);
        long sequence = token.sequence() + packets.size();
        ownFlow = packets.size();
        ownBacklog = context.queue.backlog(context.config.mtuBytes());

        long aru = token.aru();
        int aruNodeid = token.aruNodeid();
        long own = log.window.aru();
        if (own < aru || aruNodeid == context.self.nodeid() || aruNodeid == 0) {
            aru = own;
            aruNodeid = aru == sequence ? 0 : context.self.nodeid();
        }
        boolean busy =
                !packets.isEmpty() || !asked.isEmpty() || aru < sequence || ownBacklog + backlog > 0 || roundWanted;
        idle = busy ? 0 : representative() ? Math.min(token.idle() + 1, 1000) : token.idle();
        roundWanted = false;
        hop = token.hop() + 1;
        var missing = new long[asked.size()];
        var missingAt = new int[asked.size()];
        for (int i = 0; i < missing.length; i++) {
            missing[i] = asked.get(i)[0];
            missingAt[i] = (int) asked.get(i)[1];
        }
        var next = new Token(
                log.id,
                hop,
                sequence,
                messages,
                aru,
                aruNodeid,
                flow + ownFlow,
                backlog + ownBacklog,
                idle,
                missing,
                missingAt);
        int before = Math.max(0, packets.size() - ACCELERATED_PACKETS);
        packets.subList(0, before).forEach(this::send);
        pass(next);
        packets.subList(before, packets.size()).forEach(this::send);

        log.safeUpTo(Math.min(roundAru, aru));
        roundAru = aru;
        roundSequence = sequence;
        log.deliver(context.effects);
    }

    private void send(byte[] packet) {
        context.effects.add(new RingEffect.Multicast(others, packet));
    }

    private void pass(Token token) {
        byte[] datagram = RingCodec.encode(token, context.self);
        context.effects.add(new RingEffect.Unicast(nextNodeid, datagram));
        passed = datagram;
        passedMs = context.nowMs;
        schedulePassAgain();
    }

    /// A token that doesn't come back soon is sent again; soon is short while the ring is busy, and
    /// longer than the rest otherwise.
    private void schedulePassAgain() {
        RingConfig config = context.config;
        long busyMs = Math.min(config.retransmitMs(), Math.max(config.retransmitMs() / 5, 3 * Math.min(roundMs, 100)));
        passAgainAtMs = context.nowMs + (idle >= ROUNDS_BEFORE_REST - 1 ? config.retransmitMs() : busyMs);
    }

    /// Serves what others ask for, and returns what is then still to be asked for, this node's lacks
    /// included.
    private List<long[]> resend(Token token) {
        var asked = new ArrayList<long[]>();
        for (int i = 0; i < token.missing().length; i++) {
            int nodeid = token.missingAt()[i];
            if (nodeid == context.self.nodeid()) {
                continue;
            }
            byte[] packet = log.window.get(token.missing()[i]);
            if (packet != null && others.contains(nodeid)) {
                context.counters.retransmitted++;
                context.effects.add(new RingEffect.Unicast(nodeid, packet));
            } else if (!log.window.has(token.missing()[i])) {
                asked.add(new long[] {token.missing()[i], nodeid});
            }
        }
        // What was announced this round may still be on its way: packets may follow the token.
        long upTo = Math.min(roundSequence, token.sequence());
        for (long sequence = log.window.aru() + 1; sequence <= upTo && asked.size() < Token.MAX_MISSING; sequence++) {
            if (!log.window.has(sequence)) {
                context.counters.requested++;
                asked.add(new long[] {sequence, context.self.nodeid()});
            }
        }
        return asked;
    }

    /// New packets of this node, as many as the window and its share of it allow.
    private List<byte[]> take(Token token, int flow, int backlog) {
        messages = token.messages();
        if (context.queue.isEmpty()) {
            return List.of();
        }
        RingConfig config = context.config;
        int own = context.queue.backlog(config.mtuBytes());
        long share = Math.max(1, (long) config.windowMessages() * own / Math.max(1, own + backlog));
        long room = log.window.capacity() / 2 - (token.sequence() - log.safe());
        long allowed = Math.min(
                Math.min(config.maxMessages(), room), Math.min(share, Math.max(1, config.windowMessages() - flow)));
        var packets = new ArrayList<byte[]>();
        while (packets.size() < allowed && !context.queue.isEmpty()) {
            packets.add(nextPacket(token.sequence() + packets.size() + 1));
        }
        return packets;
    }

    private byte[] nextPacket(long sequence) {
        byte[] packet = context.queue.next(context.self, log.id, sequence, messages + 1, context.config.mtuBytes());
        messages += context.queue.endedInLast();
        if (!log.receive(packet)) {
            throw new IllegalStateException("ring " + log.id + ": own packet " + sequence + " has no place");
        }
        noteOriginator(packet);
        return packet;
    }

    /// A ring of one needs no token.
    private void pump() {
        while (!context.queue.isEmpty()) {
            nextPacket(log.window.high() + 1);
            log.safeUpTo(log.window.aru());
            log.deliver(context.effects);
        }
    }

    void forgive(long ms) {
        graceMs += ms;
    }

    boolean lost() {
        return !alone() && context.nowMs >= lostAtMs();
    }

    private long lostAtMs() {
        return heardMs + context.config.tokenMs() + graceMs;
    }

    void tick() {
        if (alone()) {
            if (context.nowMs >= restUntilMs) {
                restUntilMs = context.nowMs + context.config.holdMs();
                context.effects.add(new RingEffect.RoundCompleted(log.id, context.nowMs));
            }
            return;
        }
        if (resting != null && context.nowMs >= restUntilMs) {
            letGo();
        }
        if (context.nowMs >= passAgainAtMs && passed != null) {
            context.counters.tokensSentAgain++;
            context.effects.add(new RingEffect.Unicast(nextNodeid, Arrays.copyOf(passed, passed.length)));
            schedulePassAgain();
        }
        if (cancelledMs != Long.MIN_VALUE) {
            wake();
        }
    }

    long nextDeadlineMs() {
        if (alone()) {
            return restUntilMs;
        }
        long next = Math.min(Math.min(lostAtMs(), passAgainAtMs), restUntilMs);
        return cancelledMs == Long.MIN_VALUE ? next : Math.min(next, cancelledMs + context.config.joinMs());
    }
}
