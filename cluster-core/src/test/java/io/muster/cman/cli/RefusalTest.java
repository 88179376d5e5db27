package io.muster.cman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.cli.Said;
import io.muster.cman.client.CmanFrames;
import io.muster.control.Answer;
import io.muster.control.ControlServer;
import io.muster.daemon.Layout;
import io.muster.driver.Loops;
import io.muster.membership.CmanEffect.Result;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.TreeMap;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What cman_tool makes of each kind of no, from a cman that says what the test wants.
@NullUnmarked
class RefusalTest {
    @TempDir
    Path root;

    private final TreeMap<Integer, Answer> answers = new TreeMap<>();
    private EventLoop loop;
    private ControlServer server;

    @BeforeEach
    void serve() throws IOException {
        loop = Loops.start("cman");
        server = ControlServer.open(Layout.under(root).socket("cman"), loop, (session, frame) -> {
            Answer answer = answers.get(frame.type());
            if (answer == null) {
                session.close();
            } else {
                session.reply(frame, answer);
            }
        });
    }

    @AfterEach
    void stop() {
        server.close();
        Loops.stop(loop);
    }

    @Test
    void aNoIsSaidInTheOriginalsWords() {
        answers.put(CmanFrames.LEAVE, Answer.of(Result.BUSY.ordinal(), "two clients say no"));
        assertEquals("1: cman_tool: Error leaving cluster: Device or resource busy\n", run("leave"));
        answers.put(CmanFrames.VOTES, Answer.of(Result.NOT_MEMBER.ordinal(), ""));
        assertEquals("1: cman_tool: can't set votes: Node is not yet a cluster member\n", run("votes", "-v", "3"));
    }

    @Test
    void whoMayNotAskHearsWhoMay() {
        answers.put(CmanFrames.EXPECTED, Answer.FORBIDDEN);
        assertEquals(
                "1: cman_tool: Cannot open connection to cman, permission denied: only root and members of group cluster"
                        + " may do that\n",
                run("expected", "-e", "3"));
    }

    @Test
    void whatMakesNoSenseIsNoAnswer() {
        answers.put(CmanFrames.EXPECTED, Answer.of(77, ""));
        assertEquals("1: cman_tool: no answer from cman: result 77\n", run("expected", "-e", "3"));
        assertEquals("1: cman_tool: no answer from cman: the daemon hung up\n", run("leave"));
        assertEquals("1: cman_tool: Error getting status: the daemon hung up\n", run("status"));
    }

    private String run(String... args) {
        Said said = Said.together(new CmanTool(Layout.under(root)), args);
        return said.status() + ": " + said.out();
    }
}
