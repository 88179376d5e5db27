package io.muster.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.cman.client.GroupClient;
import io.muster.control.Answer;
import io.muster.control.AsyncControlClient;
import io.muster.control.Frame;
import io.muster.core.CauseId;
import io.muster.core.MalformedMessage;
import io.muster.daemon.Logs;
import io.muster.example.TallyDaemon;
import io.muster.group.GroupEntry;
import io.muster.membership.CmanEvent;
import io.muster.simulator.NetworkOptions;
import io.muster.simulator.SimMachine;
import io.muster.simulator.SimWire;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What every member may rely on, held by the smallest one there is: the shell, the client, the
/// sessions and cman's cores as they ship, in virtual time.
class MemberTest {
    private static final Unit TALLYD =
            new Unit("tallyd", 10, 50, 500, false, (node, around) -> TallyDaemon.start(around));

    private static final long SOON_MS = 20_000;

    private final ModelCluster cluster = cluster(7);

    @BeforeAll
    static void quiet() {
        Logs.level("", "OFF");
    }

    private static ModelCluster cluster(long seed) {
        byte[] document = """
                <cluster name="model" config_version="1"><clusternodes>
                <clusternode name="n1" nodeid="1"/><clusternode name="n2" nodeid="2"/>
                <clusternode name="n3" nodeid="3"/></clusternodes></cluster>
                """.getBytes(StandardCharsets.UTF_8);
        var cluster = new ModelCluster(seed, 3, document, NetworkOptions.calm(300));
        cluster.unit(TALLYD);
        return cluster;
    }

    private void until(String what, BooleanSupplier condition) {
        assertTrue(cluster.simulation().runUntil(condition, SOON_MS), () -> what + ", seed 7");
    }

    private void up() {
        cluster.nodes().values().forEach(ModelNode::boot);
        until(
                "all have a state",
                () -> cluster.nodeids().stream().allMatch(id -> total(id).isPresent()));
        until("quorate", () -> cluster.node(1).cman().filter(ModelCman::quorate).isPresent());
    }

    private Optional<Long> total(int nodeid) {
        return cluster.node(nodeid).daemon("tallyd", TallyDaemon.class).flatMap(TallyDaemon::total);
    }

    private boolean allSay(long total) {
        return cluster.nodeids().stream()
                .allMatch(id -> total(id).filter(t -> t == total).isPresent());
    }

    /// A command in a process of its own; its answers, as they come.
    private List<Answer> add(int nodeid, int amount) {
        var answers = new ArrayList<Answer>();
        ModelNode node = cluster.node(nodeid);
        var process = new SimMachine(
                cluster.simulation(), node.machine(), "tally", node.files(), execution -> execution.end(127, ""));
        AsyncControlClient.connect(
                process.sockets(), process.loop(), node.layout().socket("tallyd"), new AsyncControlClient.Listener() {
                    @Override
                    public void onOpen(AsyncControlClient client) {
                        client.ask(
                                TallyDaemon.ADD,
                                CauseId.NONE,
                                new Output().i32(amount).toBytes(),
                                60_000,
                                answer -> answers.add(decoded(answer)));
                    }

                    @Override
                    public void onUnreachable(IOException why) {
                        answers.add(Answer.of(99, String.valueOf(why.getMessage())));
                    }

                    @Override
                    public void onFrame(Frame frame) {}

                    @Override
                    public void onClose(String why) {}
                });
        return answers;
    }

    private static Answer decoded(AsyncControlClient.Outcome answer) {
        return switch (answer) {
            case AsyncControlClient.Outcome.Got(Frame frame) -> {
                try {
                    yield Answer.decode(frame);
                } catch (MalformedMessage e) {
                    throw new AssertionError(e);
                }
            }
            case AsyncControlClient.Outcome.None(String why) -> Answer.of(98, why);
        };
    }

    private static long number(Answer answer) {
        try {
            return new Input(answer.body()).u64();
        } catch (MalformedMessage e) {
            throw new AssertionError(answer.text(), e);
        }
    }

    @Test
    void whatOneAddsAllHave() {
        up();
        List<Answer> answers = add(2, 5);
        until("all say five", () -> allSay(5));
        until("answered", () -> !answers.isEmpty());
        assertEquals(5, number(answers.getFirst()));
    }

    @Test
    void aMinorityIsToldThatItCantDecide() {
        up();
        List.of(1, 2).forEach(other -> cluster.network().cut(3, other));
        until(
                "node 3 knows",
                () -> cluster.node(3).cman().filter(c -> !c.quorate()).isPresent());
        cluster.simulation().runForMs(100);
        List<Answer> answers = add(3, 5);
        until("answered", () -> !answers.isEmpty());
        assertEquals("not quorate", answers.getFirst().text());
        cluster.network().heal();
    }

    @Test
    void aRefusedJoinIsTriedAgainUntilTheFormerConnectionIsGone() {
        up();
        ModelNode node = cluster.node(1);
        // A predecessor's connection that cman hasn't missed yet: it holds the node's place in the group.
        var holder = new SimMachine(
                cluster.simulation(), node.machine(), "holder", node.files(), execution -> execution.end(127, ""));
        node.process("tallyd").orElseThrow().die();
        cluster.simulation().runForMs(100);
        var heard = new ArrayList<Boolean>();
        GroupClient.connect(holder, node.layout().socket("cman"), new GroupClient.Listener() {
            @Override
            public void onOpen(GroupClient client) {
                client.join("tally", Optional.empty(), 0, 0, reply -> heard.add(reply.ok()));
            }

            @Override
            public void onUnreachable(IOException why) {}

            @Override
            public void onEntry(String group, GroupEntry entry, CauseId cause) {}

            @Override
            public void onClose(String why) {}
        });
        until("the place is taken", () -> heard.equals(List.of(true)));
        node.start(TALLYD);
        cluster.simulation().runForMs(2_000);
        assertEquals(
                "joining",
                node.daemon("tallyd", TallyDaemon.class)
                        .orElseThrow()
                        .member()
                        .stay()
                        .word());
        holder.close();
        until("it is back", () -> total(1).isPresent());
    }

    @Test
    void aLoopThatIsSilentIsPutOutAndComesBackWithTheStateOfTheOthers() {
        up();
        var process = cluster.node(2).process("tallyd").orElseThrow();
        process.stop();
        List<Answer> answers = add(1, 3);
        cluster.simulation().runForMs(8_000);
        assertEquals(3, number(answers.getFirst()));
        process.goOn();
        until("it has what it missed", () -> allSay(3));
        assertTrue(process.alive(), "the same process");
    }

    @Test
    void whoReadsTooSlowlyIsDisconnectedAndComesBackByStateTransfer() {
        up();
        cluster.node(2).wires().forEach(SimWire::stopDown);
        List<Answer> answers = add(1, 4);
        cluster.simulation().runForMs(8_000);
        assertEquals(1, answers.size());
        until("it has what it missed", () -> allSay(4));
    }

    @Test
    void whenCmanStartsAgainTheMemberFindsIt() {
        up();
        List<Answer> first = add(3, 2);
        until("answered", () -> !first.isEmpty());
        ModelNode node = cluster.node(3);
        node.cman().orElseThrow().process().die();
        cluster.simulation().runForMs(3_000);
        assertEquals(Optional.empty(), total(3));
        node.startCman();
        until("it has the state again", () -> allSay(2));
    }

    /// The numbers of questions don't come from a clock: set back by an hour between two lives of the
    /// daemon, it gives no number again, and no answer to the first life's question is taken for one of
    /// the second.
    @Test
    void aClockSetBackBetweenTwoLivesAnswersNobodyWrongly() {
        up();
        ModelNode node = cluster.node(2);
        // Asked, proposed, and not ordered yet when the daemon dies: the wire to cman has it already.
        List<Answer> lost = add(2, 100);
        cluster.simulation().runUntil(() -> false, 1);
        node.process("tallyd").orElseThrow().die();
        node.machine().stepWall(-3_600_000);
        node.start(TALLYD);
        until("the second life has the state", () -> total(2).isPresent());
        long before = total(1).orElseThrow();
        List<Answer> answers = add(2, 7);
        until("answered", () -> !answers.isEmpty());
        assertEquals(before + 7, number(answers.getFirst()), "its own, not the one before");
        until("all agree", () -> allSay(before + 7));
        assertTrue(lost.stream().noneMatch(Answer::done), "whoever asked the first life was answered by nobody");
    }

    @Test
    void theOpenQuestionsOfAStayThatEndsAreAbandoned() {
        up();
        List.of(1, 2).forEach(other -> cluster.network().cut(3, other));
        // Asked while node 3 still thinks that it is quorate; then its cman dies with the question open.
        List<Answer> answers = add(3, 9);
        cluster.simulation().runForMs(500);
        cluster.node(3).cman().orElseThrow().process().die();
        until("told", () -> !answers.isEmpty());
        assertEquals(Answer.ABANDONED, answers.getFirst().code());
    }

    @Test
    void aNodeMayLeaveWhenItsMembersSaySo() {
        up();
        ModelNode node = cluster.node(3);
        node.cman().orElseThrow().post(new CmanEvent.Leave(-1, 0, false, false));
        until("it has left", () -> node.cman().isEmpty());
        until(
                "two are left",
                () -> cluster.node(1).cman().orElseThrow().ring().members().size() == 2);
    }
}
