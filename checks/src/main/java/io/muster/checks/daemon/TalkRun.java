package io.muster.checks.daemon;

import io.muster.checks.Check;
import io.muster.checks.CheckResult;
import io.muster.checks.Dialogue;
import io.muster.net.IpAddress;
import io.netty.channel.epoll.EpollIoOps;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Connects and holds a dialogue. Watched once for all events on their edges, so that no further call is
/// needed between writing and reading.
class TalkRun extends ConnectRun {
    private static final int RDHUP = EpollIoOps.EPOLLRDHUP.value();
    private static final EpollIoOps EVENTS = EpollIoOps.valueOf(IN | OUT | RDHUP | EpollIoOps.EPOLLET.value());
    private static final byte[] NOTHING = {};

    private final Dialogue dialogue;
    private byte[] unsent = NOTHING;
    private int sent;
    private @Nullable String whenSent;

    TalkRun(CheckRunner runner, Check check, IpAddress server, int port, long timeoutMs, Consumer<CheckResult> done) {
        super(runner, server, port, timeoutMs, done);
        dialogue = Dialogue.of(check, runner.dice());
    }

    @Override
    EpollIoOps events() {
        return EVENTS;
    }

    @Override
    void connected() {
        step(dialogue.opened());
    }

    final Dialogue dialogue() {
        return dialogue;
    }

    final void step(Dialogue.Step step) {
        switch (step) {
            case Dialogue.Step.Wait ignored -> {}
            case Dialogue.Step.Say say -> {
                whenSent = say.last() ? "sent" : null;
                say(say.octets());
            }
            case Dialogue.Step.Good good -> good(good.detail());
            case Dialogue.Step.Bad bad -> bad(bad.reason());
        }
    }

    /// Sends what the dialogue says.
    void say(byte[] octets) {
        send(octets, octets.length);
    }

    /// Takes octets from the connection.
    void heard(ByteBuffer octets) {
        step(dialogue.received(octets));
    }

    /// The other side has closed.
    void deaf() {
        step(dialogue.closed());
    }

    final void send(byte[] octets, int length) {
        int left = unsent.length - sent;
        byte[] all = new byte[left + length];
        System.arraycopy(unsent, sent, all, 0, left);
        System.arraycopy(octets, 0, all, left, length);
        unsent = all;
        sent = 0;
        try {
            flush();
        } catch (IOException e) {
            failed(e);
        }
    }

    private void flush() throws IOException {
        while (sent < unsent.length) {
            ByteBuffer buffer = runner.scratch();
            int take = Math.min(buffer.capacity(), unsent.length - sent);
            buffer.put(unsent, sent, take);
            int n = socket().write(buffer, 0, take);
            sent += Math.max(0, n);
            if (n < take) {
                return;
            }
        }
        unsent = NOTHING;
        sent = 0;
        if (whenSent != null) {
            good(whenSent);
        }
    }

    @Override
    final void ready(int bits) throws IOException {
        if ((bits & OUT) != 0 && unsent.length > 0) {
            flush();
        }
        while (!ended() && (bits & ~OUT) != 0) {
            ByteBuffer buffer = runner.scratch();
            int n = socket().read(buffer, 0, buffer.capacity());
            if (n < 0) {
                deaf();
                if (!ended()) {
                    bad("closed by the server before it had sent the " + awaited());
                }
                return;
            }
            if (n > 0) {
                heard(buffer.position(0).limit(n));
            }
            if (n == 0 || n < buffer.capacity() && (bits & ~(IN | OUT)) == 0) {
                return;
            }
        }
    }

    @Override
    String awaited() {
        return isConnected() ? dialogue.awaited() : super.awaited();
    }
}
