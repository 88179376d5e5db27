package io.muster.totem;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.simulator.NetworkOptions;
import io.muster.simulator.Transcript;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Tells what a [RingCluster] goes through, tersely: what brings no news is counted, not told.
final class RingStory implements RingCluster.Watch {
    private static final int TOKEN_MS = 1000;
    private static final String THEN = "                  -> ";
    private static final String COUNTED = "    ...  ";

    /// What the token of one ring did without news.
    private static final class Quiet {
        private int passes;
        private int members = 1;
        private final Map<String, Integer> rests = new TreeMap<>();
    }

    /// A token as a node saw it come, or let it go.
    private record Seen(long hop, long sequence, long aru) {
        private static Seen of(RingMessage.Token token) {
            return new Seen(token.hop(), token.sequence(), token.aru());
        }

        private boolean sameOrder(Seen other) {
            return sequence == other.sequence && aru == other.aru;
        }
    }

    /// What happened to some nodes at one time; all of them did the same.
    private record Told(long atMs, String who, String what, List<String> effects) {
        private boolean isAsOf(Told other) {
            return atMs == other.atMs
                    && !who.isEmpty()
                    && !other.who.isEmpty()
                    && what.equals(other.what)
                    && effects.equals(other.effects);
        }
    }

    private record Loss(int from, int to, Predicate<String> what) {}

    final RingCluster cluster;
    private final Transcript transcript;
    private final RingWords words = new RingWords();
    private final Map<Node, Seen> came = new HashMap<>();
    private final Map<Node, Seen> went = new HashMap<>();
    /// Per node and type of message: what it said last.
    private final Map<String, String> said = new HashMap<>();
    private final Set<Node> awaitRound = new HashSet<>();
    private final Map<Node, Long> resentHops = new HashMap<>();
    private final TreeMap<RingId, Quiet> quiet = new TreeMap<>();
    /// Per what, per node: how often without news.
    private final TreeMap<String, TreeMap<String, Integer>> repeated = new TreeMap<>();
    private final List<Loss> losses = new ArrayList<>();
    private @Nullable Told last;
    private long beganMs = -1;

    /// @param name of the file
    /// @param about for the reader of the file
    RingStory(String name, int nodes, String about) {
        transcript = Transcript.of(RingStory.class, name);
        transcript.note(about);
        transcript.add("");
        cluster = new RingCluster(1, nodes, TOKEN_MS, NetworkOptions.calm(1000), 0);
        cluster.watch(this);
    }

    // What the story does.

    /// Begins with nothing.
    RingStory begin() {
        beganMs = cluster.simulation.nowMs();
        return this;
    }

    /// Begins with these nodes in one ring that is at rest.
    RingStory beginWithRing(Integer... nodeids) {
        List.of(nodeids).forEach(cluster::boot);
        assertTrue(cluster.simulation.runUntil(() -> cluster.isOneRing(List.of(nodeids)), 5000));
        cluster.simulation.runForMs(1000);
        begin();
        Ring ring = cluster.run(nodeids[0]).ring;
        String members = words.names(ring.members());
        say("", "ring " + ring.ring().orElseThrow() + " of " + members + " is idle", List.of());
        return this;
    }

    RingStory then(String what, Runnable done) {
        say("", what, List.of());
        done.run();
        return this;
    }

    RingStory boot(int nodeid) {
        return then("node " + nodeid + " boots", () -> cluster.boot(nodeid));
    }

    RingStory send(int nodeid, boolean safe) {
        cluster.run(nodeid).send(0, safe);
        return this;
    }

    /// The next datagram between two nodes that begins so is lost.
    RingStory lose(int from, int to, String what) {
        losses.add(new Loss(from, to, text -> text.startsWith(what)));
        return this;
    }

    RingStory askRound(int nodeid) {
        cluster.run(nodeid).process.post(new RingEvent.AskRound());
        return this;
    }

    RingStory pass(long ms) {
        cluster.simulation.runForMs(ms);
        return this;
    }

    RingStory untilOneRing() {
        assertTrue(cluster.simulation.runUntil(cluster::isOneRing, 10 * TOKEN_MS), this::toString);
        return this;
    }

    /// Ends the story: each of `rings` is one ring of exactly these nodes, and all is as the file has it.
    @SafeVarargs
    final void end(List<Integer>... rings) {
        write();
        writeCounted();
        for (List<Integer> ring : rings) {
            assertTrue(cluster.isOneRing(ring), () -> "no ring " + ring + "\n" + this);
        }
        assertTrue(losses.isEmpty(), () -> "never sent, so never lost\n" + this);
        assertTrue(cluster.isAllDelivered(), () -> "a message was never delivered\n" + this);
        transcript.check();
    }

    @Override
    public String toString() {
        return String.join("\n", transcript.lines());
    }

    @Override
    public boolean loses(int from, int to, byte[] datagram) {
        for (Loss loss : losses) {
            if (loss.from == from && loss.to == to && loss.what.test(words.datagram(datagram))) {
                losses.remove(loss);
                say("", "lost from " + from + " to " + to + ": " + words.datagram(datagram), List.of());
                return true;
            }
        }
        return false;
    }

    @Override
    public void happened(Node node, RingEvent event, List<RingEffect> effects) {
        if (event instanceof RingEvent.AskRound) {
            awaitRound.add(node);
        }
        boolean news = event instanceof RingEvent.Received(int _, var _, byte[] datagram)
                        && token(datagram) instanceof RingMessage.Token token
                ? tokenIsNews(node, token, effects)
                : isNews(node, event, effects);
        String what = what(node, event, effects);
        effects.forEach(effect -> remember(node, effect));
        if (news) {
            List<String> done = effects.stream()
                    .filter(effect -> !(effect instanceof RingEffect.RoundCompleted) || awaitRound.remove(node))
                    .map(words::effect)
                    .toList();
            say(words.name(node), what, done);
        }
    }

    // What is no news.

    /// Whether more happened than that the token came and went on as it came, or stayed.
    private boolean tokenIsNews(Node node, RingMessage.Token token, List<RingEffect> effects) {
        Ring ring = cluster.run(node.nodeid()).ring;
        if (effects.isEmpty()
                && !(ring.operational()
                        && ring.ring().filter(token.ring()::equals).isPresent())) {
            count("tokens of a ring left behind", node);
            return false;
        }
        Seen before = came.get(node);
        Seen now = Seen.of(token);
        if (before != null && before.hop >= now.hop) {
            count("copies of the token dropped", node);
            return false;
        }
        came.put(node, now);
        boolean news = (before != null && !before.sameOrder(now)) || awaitRound.contains(node);
        boolean stays = true;
        for (RingEffect effect : effects) {
            RingMessage.Token goes = token(effect);
            stays &= goes == null;
            news |= goes == null
                    ? !(effect instanceof RingEffect.RoundCompleted)
                    : !now.sameOrder(Seen.of(goes)) || goes.missing().length > 0;
        }
        if (!news && beganMs >= 0) {
            write();
            Quiet rounds = quiet.computeIfAbsent(token.ring(), _ -> new Quiet());
            rounds.members = ring.members().size();
            rounds.passes++;
            if (stays) {
                rounds.rests.merge(words.name(node), 1, Integer::sum);
            }
        }
        return news;
    }

    /// Whether it is more than word that changes nothing, the end of a token's rest, or what has been
    /// said before.
    private boolean isNews(Node node, RingEvent event, List<RingEffect> effects) {
        if (effects.isEmpty()) {
            return !(event instanceof RingEvent.Tick)
                    && !(event instanceof RingEvent.Received received && !isPacket(received.datagram()));
        }
        if (effects.size() > 1) {
            return true;
        }
        RingEffect only = effects.getFirst();
        RingMessage.Token goes = token(only);
        if (goes == null) {
            boolean again = (type(only).equals("join") || type(only).equals("beacon"))
                    && words.effect(only).equals(said.get(node + type(only)));
            if (again) {
                count(type(only) + "s sent again", node);
            }
            return !again && !(only instanceof RingEffect.RoundCompleted && !awaitRound.contains(node));
        }
        if (!(event instanceof RingEvent.Tick)) {
            return true;
        }
        if (isRestOver(node, goes)) {
            return !Seen.of(goes).sameOrder(came.getOrDefault(node, Seen.of(goes)));
        }
        Long resent = resentHops.put(node, goes.hop());
        boolean again = resent != null && resent == goes.hop();
        if (again) {
            count("tokens sent again", node);
        }
        return !again;
    }

    private boolean isRestOver(Node node, RingMessage.Token goes) {
        Seen last = went.get(node);
        return last == null || goes.hop() > last.hop;
    }

    private void remember(Node node, RingEffect effect) {
        if (effect instanceof RingEffect.Unicast || effect instanceof RingEffect.Multicast) {
            said.put(node + type(effect), words.effect(effect));
        }
        if (effect instanceof RingEffect.Configuration) {
            came.remove(node);
            went.remove(node);
        }
        RingMessage.Token goes = token(effect);
        if (goes != null) {
            went.put(node, Seen.of(goes));
        }
    }

    private void count(String what, Node node) {
        if (beganMs >= 0) {
            write();
            repeated.computeIfAbsent(what, _ -> new TreeMap<>()).merge(words.name(node), 1, Integer::sum);
        }
    }

    // Telling.

    /// What happened, with the name of the deadline that passed as far as the effects show it.
    private String what(Node node, RingEvent event, List<RingEffect> effects) {
        if (!(event instanceof RingEvent.Tick) || effects.isEmpty()) {
            return words.event(event);
        }
        RingEffect first = effects.getFirst();
        RingMessage.Token goes = token(first);
        if (effects.stream().anyMatch(RingStory::isTokenLoss)) {
            return "token loss time-out";
        }
        if (goes != null) {
            return isRestOver(node, goes) ? "has held the token long enough" : "token retransmission time-out";
        }
        return datagram(first) != null && goes == null ? type(first) + " time-out" : words.event(event);
    }

    private static boolean isTokenLoss(RingEffect effect) {
        return effect instanceof RingEffect.StateChanged(String _, String _, String reason)
                && reason.equals("token lost");
    }

    private void say(String who, String what, List<String> effects) {
        if (beganMs < 0) {
            return;
        }
        var now = new Told(cluster.simulation.nowMs() - beganMs, who, what, effects);
        Told before = last;
        if (before != null && before.isAsOf(now)) {
            last = new Told(now.atMs, before.who + "," + who, what, effects);
        } else {
            write();
            writeCounted();
            last = now;
        }
    }

    private void write() {
        Told told = last;
        if (told != null) {
            transcript.add(told.atMs, told.who, told.what);
            told.effects.forEach(effect -> transcript.add(THEN + effect));
        }
        last = null;
    }

    private void writeCounted() {
        quiet.forEach((ring, what) -> {
            int rounds = what.passes / what.members;
            var text = new StringBuilder(COUNTED + "the token of ring " + ring);
            text.append(rounds == 0 ? " is passed " + times(what.passes) : " goes round " + times(rounds));
            what.rests.forEach((node, rests) ->
                    text.append(", node ").append(node).append(" holds it ").append(times(rests)));
            transcript.add(text.toString());
        });
        quiet.clear();
        repeated.forEach((what, nodes) -> {
            List<String> each = nodes.entrySet().stream()
                    .map(e -> e.getValue() + " by " + e.getKey())
                    .toList();
            transcript.add(COUNTED + what + ": " + String.join(", ", each));
        });
        repeated.clear();
    }

    private static String times(int count) {
        return count == 1 ? "once" : count == 2 ? "twice" : count + " times";
    }

    private static byte @Nullable [] datagram(RingEffect effect) {
        return effect instanceof RingEffect.Unicast(int _, byte[] one)
                ? one
                : effect instanceof RingEffect.Multicast(List<Integer> _, byte[] many) ? many : null;
    }

    private static RingMessage.@Nullable Token token(RingEffect effect) {
        byte[] datagram = datagram(effect);
        return datagram == null ? null : token(datagram);
    }

    private static RingMessage.@Nullable Token token(byte[] datagram) {
        return !isPacket(datagram) && decode(datagram) instanceof RingMessage.Token token ? token : null;
    }

    private static String type(RingEffect effect) {
        byte[] datagram = datagram(effect);
        return datagram == null
                ? "other"
                : isPacket(datagram)
                        ? "packet"
                        : decode(datagram).getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
    }

    private static boolean isPacket(byte[] datagram) {
        return datagram[5] == RingCodec.DATA;
    }

    private static RingMessage decode(byte[] datagram) {
        try {
            return RingCodec.decode(datagram);
        } catch (MalformedMessage e) {
            throw new IllegalStateException("a ring sent what no ring takes", e);
        }
    }
}
