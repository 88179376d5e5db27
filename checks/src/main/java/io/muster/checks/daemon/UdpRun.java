package io.muster.checks.daemon;

import io.muster.checks.Check;
import io.muster.checks.CheckResult;
import io.muster.checks.Dialogue;
import io.muster.net.IpAddress;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Sends a datagram and waits for its answer, asking again for one that doesn't come; or, without a dialogue, waits for
/// nobody to refuse it.
final class UdpRun extends ConnectRun {
    private static final EpollIoOps EVENTS = EpollIoOps.valueOf(IN | EpollIoOps.EPOLLET.value());
    private static final long REFUSAL_MS = 1000;

    private final @Nullable Dialogue dialogue;
    private final Repeats repeats = new Repeats(this, this::again);
    private byte[] question = {};
    private @Nullable Future<?> content;

    UdpRun(CheckRunner runner, Check.Connect check, long timeoutMs, Consumer<CheckResult> done) {
        super(runner, check.server(), check.port(), timeoutMs, done);
        dialogue = null;
    }

    UdpRun(CheckRunner runner, Check.Talk check, long timeoutMs, Consumer<CheckResult> done) {
        this(runner, check, check.server(), check.port(), timeoutMs, done);
    }

    UdpRun(CheckRunner runner, Check.Dns check, long timeoutMs, Consumer<CheckResult> done) {
        this(runner, check, check.server(), check.port(), timeoutMs, done);
    }

    private UdpRun(
            CheckRunner runner, Check check, IpAddress server, int port, long timeoutMs, Consumer<CheckResult> done) {
        super(runner, server, port, timeoutMs, done);
        dialogue = Dialogue.of(check, runner.dice());
    }

    @Override
    LinuxSocket open(boolean v6) {
        return LinuxSocket.newSocketDgram(v6);
    }

    @Override
    EpollIoOps events() {
        return EVENTS;
    }

    /// A datagram socket is connected as soon as it is told to whom.
    @Override
    void connected() {
        if (dialogue == null) {
            send(new byte[0]);
            content = runner.loop()
                    .schedule(() -> good("not refused"), Math.min(REFUSAL_MS, timeoutMs / 2), TimeUnit.MILLISECONDS);
        } else {
            step(dialogue.opened());
        }
    }

    private void step(Dialogue.Step step) {
        switch (step) {
            case Dialogue.Step.Wait ignored -> {}
            case Dialogue.Step.Say say -> {
                send(say.octets());
                if (say.last()) {
                    good("sent");
                } else {
                    question = say.octets();
                    repeats.begin();
                }
            }
            case Dialogue.Step.Good good -> good(good.detail());
            case Dialogue.Step.Bad bad -> bad(bad.reason());
        }
    }

    private void again() {
        if (dialogue != null && dialogue.unanswered()) {
            send(question);
        }
    }

    private void send(byte[] octets) {
        ByteBuffer buffer = runner.scratch();
        if (octets.length > buffer.capacity()) {
            bad("a datagram of " + octets.length + " octets can't be sent");
            return;
        }
        buffer.put(octets);
        try {
            socket().send(buffer, 0, octets.length);
        } catch (IOException e) {
            failed(e);
        }
    }

    @Override
    void ready(int bits) throws IOException {
        while (!ended()) {
            ByteBuffer buffer = runner.scratch();
            int n = socket().recv(buffer, 0, buffer.capacity());
            if (n <= 0) {
                return;
            }
            if (dialogue == null) {
                good("answered");
            } else {
                step(dialogue.received(buffer.position(0).limit(n)));
            }
        }
    }

    @Override
    void release() {
        repeats.stop();
        if (content != null) {
            content.cancel(false);
        }
        super.release();
    }

    @Override
    String awaited() {
        return dialogue == null ? "answer" : dialogue.awaited();
    }
}
