package io.muster.lvs.cli;

import io.muster.control.ControlClient;
import io.muster.control.Frame;
import io.muster.control.NotRunningException;
import io.muster.core.MalformedMessage;
import io.muster.daemon.Layout;
import io.muster.lvs.LvsdAnswer;
import io.muster.lvs.LvsdStatus;
import io.muster.lvs.LvsdStatusCodec;
import io.muster.pulse.PulseStatus;
import io.muster.wire.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.util.Optional;

/// Asks lvsd, and pulse, over their sockets.
final class LvsdClient {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Layout layout;

    LvsdClient(Layout layout) {
        this.layout = layout;
    }

    LvsdStatus status() throws IOException {
        try {
            return LvsdStatusCodec.decode(
                    ask(LvsdStatusCodec.STATUS, new byte[0]).payload());
        } catch (MalformedMessage e) {
            throw new IOException("lvsd answers nonsense: " + e.getMessage(), e);
        }
    }

    /// Empty when there is no pulse, or it doesn't say.
    Optional<PulseStatus> pulse() {
        try (var client = ControlClient.connect(layout.socket("pulse"), Duration.ofSeconds(1))) {
            return Optional.of(
                    PulseStatus.decode(client.ask(PulseStatus.TYPE, new byte[0]).payload()));
        } catch (IOException | MalformedMessage e) {
            return Optional.empty();
        }
    }

    String metrics() throws IOException {
        return new String(ask(LvsdStatusCodec.METRICS, new byte[0]).payload(), StandardCharsets.UTF_8);
    }

    LvsdAnswer drain(String server, String service, long deadlineMs) throws IOException {
        return change(
                LvsdStatusCodec.DRAIN,
                new Output(64).string(server).string(service).u64(deadlineMs).toBytes());
    }

    LvsdAnswer undrain(String server, String service) throws IOException {
        return change(
                LvsdStatusCodec.UNDRAIN,
                new Output(64).string(server).string(service).toBytes());
    }

    private LvsdAnswer change(int type, byte[] payload) throws IOException {
        try {
            return LvsdStatusCodec.decodeAnswer(ask(type, payload).payload());
        } catch (MalformedMessage e) {
            throw new IOException("lvsd answers nonsense: " + e.getMessage(), e);
        }
    }

    private Frame ask(int type, byte[] payload) throws IOException {
        try (var client = ControlClient.connect(layout.socket("lvsd"), PATIENCE)) {
            return client.ask(type, payload);
        } catch (NotRunningException e) {
            throw new IOException("lvsd isn't running", e);
        } catch (AccessDeniedException e) {
            throw new IOException("lvsd's socket isn't yours to use: be root or in group cluster", e);
        } catch (MalformedMessage e) {
            throw new IOException("lvsd answers nonsense: " + e.getMessage(), e);
        }
    }
}
