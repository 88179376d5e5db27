package io.muster.ccs.cli;

import io.muster.ccs.CcsFrames;
import io.muster.control.ControlClient;
import io.muster.control.Frame;
import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A command's conversation with ccsd. Blocking; loads nothing but the JDK.
final class CcsClient implements AutoCloseable {
    private static final Duration QUICK = Duration.ofSeconds(5);

    /// Longer than ccsd takes to give an update up.
    private static final Duration UPDATE = Duration.ofSeconds(60);

    private static final Duration FOR_EVER = Duration.ofDays(1);

    /// @param result 0 or a descriptor, or a negative error number
    record Answer(int result, @Nullable String text) {}

    /// @param path present working path
    record State(int result, String path, String query) {}

    /// @param version -1 when ccsd has no document
    record Present(boolean quorate, int version) {}

    private final ControlClient control;

    private CcsClient(ControlClient control) {
        this.control = control;
    }

    static CcsClient quick(Path socket) throws IOException {
        return new CcsClient(ControlClient.connect(socket, QUICK));
    }

    static CcsClient patient(Path socket, boolean forEver) throws IOException {
        return new CcsClient(ControlClient.connect(socket, forEver ? FOR_EVER : UPDATE));
    }

    int connect(boolean force, boolean block, String name) throws IOException, MalformedMessage {
        return ask(CcsFrames.CONNECT, new Output().bool(force).bool(block).string(name))
                .i32();
    }

    int disconnect(int descriptor) throws IOException, MalformedMessage {
        return ask(CcsFrames.DISCONNECT, new Output().i32(descriptor)).i32();
    }

    Answer get(int descriptor, String query, boolean list) throws IOException, MalformedMessage {
        Input in = ask(
                list ? CcsFrames.GET_LIST : CcsFrames.GET,
                new Output().i32(descriptor).string(query));
        int result = in.i32();
        boolean there = in.bool();
        String value = new String(in.bytes(CcsFrames.TEXT_MAX), StandardCharsets.UTF_8);
        return new Answer(result, there ? value : null);
    }

    State state(int descriptor) throws IOException, MalformedMessage {
        Input in = ask(CcsFrames.GET_STATE, new Output().i32(descriptor));
        return new State(in.i32(), in.string(), in.string());
    }

    int setState(int descriptor, String path) throws IOException, MalformedMessage {
        return ask(
                        CcsFrames.SET_STATE,
                        new Output().i32(descriptor).string(path).bool(true))
                .i32();
    }

    Answer update(byte[] document, int probationSec) throws IOException, MalformedMessage {
        return text(ask(
                CcsFrames.UPDATE,
                new Output(document.length + 16).u32(probationSec).bytes(document)));
    }

    Answer confirm() throws IOException, MalformedMessage {
        return text(ask(CcsFrames.CONFIRM, new Output()));
    }

    Present present() throws IOException, MalformedMessage {
        Input in = ask(CcsFrames.DOCUMENT, new Output());
        int result = in.i32();
        boolean quorate = in.bool();
        int version = in.i32();
        return new Present(quorate, result < 0 ? -1 : version);
    }

    private static Answer text(Input in) throws MalformedMessage {
        int result = in.i32();
        return new Answer(result, new String(in.bytes(CcsFrames.TEXT_MAX), StandardCharsets.UTF_8));
    }

    private Input ask(int type, Output payload) throws IOException, MalformedMessage {
        Frame frame = control.ask(type, payload.toBytes());
        if (frame.type() != type) {
            throw new MalformedMessage("answer of type " + frame.type() + " to a request of type " + type);
        }
        return frame.input();
    }

    @Override
    public void close() throws IOException {
        control.close();
    }
}
