package io.muster.checks.daemon;

import io.muster.checks.Check;
import io.muster.checks.CheckResult;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// A dialogue within TLS: the JDK's engine between it and the socket. The engine's arithmetic is done
/// beside the loop.
final class TlsRun extends TalkRun {
    private final Check.Http check;
    private @Nullable SSLEngine engine;
    /// Received and not yet unwrapped; ready for putting.
    private ByteBuffer wrapped = ByteBuffer.allocate(0);
    private ByteBuffer plain = ByteBuffer.allocate(0);
    private ByteBuffer outgoing = ByteBuffer.allocate(0);
    private boolean opened;
    private boolean working;
    private boolean peerClosed;

    TlsRun(CheckRunner runner, Check.Http check, long timeoutMs, Consumer<CheckResult> done) {
        super(runner, check, check.server(), check.port(), timeoutMs, done);
        this.check = check;
    }

    @Override
    void connected() {
        try {
            SSLEngine fresh = runner.tls().engine(check.host(), check.server().toString(), check.port());
            engine = fresh;
            int packet = fresh.getSession().getPacketBufferSize();
            wrapped = ByteBuffer.allocate(packet);
            outgoing = ByteBuffer.allocate(packet);
            plain = ByteBuffer.allocate(fresh.getSession().getApplicationBufferSize());
            fresh.beginHandshake();
            turn(fresh);
        } catch (GeneralSecurityException | SSLException | IllegalArgumentException e) {
            refused(e);
        }
    }

    private void refused(Exception e) {
        bad("TLS: " + e.getMessage());
    }

    @Override
    void heard(ByteBuffer octets) {
        if (wrapped.remaining() < octets.remaining()) {
            ByteBuffer larger = ByteBuffer.allocate(2 * (wrapped.position() + octets.remaining()));
            wrapped = larger.put(wrapped.flip());
        }
        wrapped.put(octets);
        advance();
    }

    @Override
    void deaf() {
        peerClosed = true;
        advance();
        if (!ended() && !working) {
            end();
        }
    }

    private void end() {
        if (opened) {
            step(dialogue().closed());
        } else {
            bad("closed within the TLS handshake");
        }
    }

    private void advance() {
        SSLEngine mine = engine;
        if (mine == null || working) {
            return;
        }
        try {
            turn(mine);
        } catch (SSLException e) {
            refused(e);
        }
    }

    /// Goes on until more octets or a piece of work are awaited.
    private void turn(SSLEngine mine) throws SSLException {
        while (!ended()) {
            HandshakeStatus status = mine.getHandshakeStatus();
            switch (status) {
                case NEED_TASK -> {
                    work(mine);
                    return;
                }
                case NEED_WRAP -> {
                    if (!wrap(mine, ByteBuffer.allocate(0))) {
                        return;
                    }
                }
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (!unwrap(mine)) {
                        return;
                    }
                }
                case NOT_HANDSHAKING, FINISHED -> {
                    if (!opened) {
                        opened = true;
                        step(dialogue().opened());
                    } else if (!unwrap(mine)) {
                        return;
                    }
                }
            }
        }
    }

    private void work(SSLEngine mine) {
        working = true;
        Runnable task = mine.getDelegatedTask();
        runner.tls().work(() -> {
            if (task != null) {
                task.run();
            }
            runner.later(() -> {
                working = false;
                if (!ended()) {
                    advance();
                    if (peerClosed && !ended() && !working) {
                        end();
                    }
                }
            });
        });
    }

    /// @return whether it got anywhere
    private boolean unwrap(SSLEngine mine) throws SSLException {
        wrapped.flip();
        SSLEngineResult result = mine.unwrap(wrapped, plain);
        wrapped.compact();
        if (plain.position() > 0) {
            plain.flip();
            step(dialogue().received(plain));
            plain.clear();
        }
        return switch (result.getStatus()) {
            case BUFFER_UNDERFLOW -> false;
            case BUFFER_OVERFLOW -> {
                plain = ByteBuffer.allocate(2 * plain.capacity());
                yield true;
            }
            case CLOSED -> {
                if (!ended()) {
                    end();
                }
                yield false;
            }
            case OK ->
                result.bytesConsumed() > 0
                        || result.bytesProduced() > 0
                        || result.getHandshakeStatus() != HandshakeStatus.NEED_UNWRAP
                                && result.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
        };
    }

    private boolean wrap(SSLEngine mine, ByteBuffer octets) throws SSLException {
        outgoing.clear();
        SSLEngineResult result = mine.wrap(octets, outgoing);
        send(outgoing.array(), outgoing.position());
        return result.getStatus() == SSLEngineResult.Status.OK;
    }

    @Override
    void say(byte[] octets) {
        SSLEngine mine = engine;
        if (mine == null) {
            throw new IllegalStateException("no TLS engine");
        }
        ByteBuffer plainText = ByteBuffer.wrap(octets);
        try {
            while (plainText.hasRemaining() && !ended()) {
                if (!wrap(mine, plainText)) {
                    throw new SSLException("can't send any more");
                }
            }
        } catch (SSLException e) {
            refused(e);
        }
    }

    @Override
    String awaited() {
        return isConnected() && !opened ? "end of the TLS handshake" : super.awaited();
    }
}
