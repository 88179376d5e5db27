package io.muster.ccs.cli;

import io.muster.ccs.CcsFrames;
import io.muster.control.CommandClient;
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

    private final CommandClient control;

    private CcsClient(CommandClient control) {
        this.control = control;
    }

    static CcsClient quick(Path socket) throws IOException {
        return new CcsClient(CommandClient.connect(socket, QUICK));
    }

    static CcsClient patient(Path socket, boolean forEver) throws IOException {
        return new CcsClient(CommandClient.connect(socket, forEver ? FOR_EVER : UPDATE));
    }

    int connect(boolean force, boolean block, String name) throws IOException, MalformedMessage {
        var answer = control.ask(
                CcsFrames.CONNECT, new Output().bool(force).bool(block).string(name));
        return answer.done() ? new Input(answer.body()).i32() : -answer.code();
    }

    int disconnect(int descriptor) throws IOException {
        return -control.ask(CcsFrames.DISCONNECT, new Output().i32(descriptor)).code();
    }

    Answer get(int descriptor, String query, boolean list) throws IOException, MalformedMessage {
        var answer = control.ask(
                list ? CcsFrames.GET_LIST : CcsFrames.GET,
                new Output().i32(descriptor).string(query));
        if (answer.body().length == 0) {
            return new Answer(-answer.code(), null);
        }
        Input in = new Input(answer.body());
        boolean there = in.bool();
        return new Answer(-answer.code(), there ? new String(in.rest(), StandardCharsets.UTF_8) : null);
    }

    State state(int descriptor) throws IOException, MalformedMessage {
        var answer = control.ask(CcsFrames.GET_STATE, new Output().i32(descriptor));
        if (!answer.done()) {
            return new State(-answer.code(), "", "");
        }
        Input in = new Input(answer.body());
        return new State(0, in.string(), in.string());
    }

    int setState(int descriptor, String path) throws IOException {
        return -control.ask(
                        CcsFrames.SET_STATE,
                        new Output().i32(descriptor).string(path).bool(true))
                .code();
    }

    Answer update(byte[] document, int probationSec) throws IOException {
        return text(control.ask(
                CcsFrames.UPDATE,
                new Output(document.length + 16).u32(probationSec).bytes(document)));
    }

    Answer confirm() throws IOException {
        return text(control.ask(CcsFrames.CONFIRM));
    }

    Present present() throws IOException, MalformedMessage {
        var answer = control.ask(CcsFrames.DOCUMENT);
        Input in = new Input(answer.body());
        boolean quorate = in.bool();
        int version = in.i32();
        return new Present(quorate, answer.done() ? version : -1);
    }

    private static Answer text(io.muster.control.Answer answer) {
        return new Answer(-answer.code(), answer.text());
    }

    @Override
    public void close() {
        control.close();
    }
}
