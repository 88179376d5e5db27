package io.muster.cman.client;

import io.muster.control.Answer;
import io.muster.control.ControlClient;
import io.muster.control.NotRunningException;
import io.muster.core.MalformedMessage;
import io.muster.membership.CmanEffect.Result;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;

/// A command's conversation with cman. Loads neither Netty nor SLF4J.
public final class CmanConnection implements AutoCloseable {
    /// Why there is none, in the original's words.
    public static final class Failure extends Exception {
        private static final long serialVersionUID = 1;

        public Failure(String message) {
            super(message);
        }
    }

    private final ControlClient client;

    private CmanConnection(ControlClient client) {
        this.client = client;
    }

    public static CmanConnection open(Path socket, Duration timeout) throws Failure {
        try {
            return new CmanConnection(ControlClient.connect(socket, timeout));
        } catch (NotRunningException e) {
            throw new Failure("Cannot open connection to cman, is it running ?");
        } catch (AccessDeniedException e) {
            throw new Failure("Cannot open connection to cman, permission denied.");
        } catch (IOException e) {
            throw new Failure("Cannot open connection to cman: " + e.getMessage());
        }
    }

    public CmanView status() throws Failure {
        try {
            Answer answer = Answer.decode(client.ask(CmanFrames.ASK_STATUS, new byte[0]));
            return StatusCodec.decode(new Input(answer.body()));
        } catch (IOException | MalformedMessage e) {
            throw new Failure("Error getting status: " + e.getMessage());
        }
    }

    /// @return how it went; the text of a refusal is lost on users of the original and therefore on us
    public Result ask(int type, Output payload) throws Failure {
        try {
            Answer answer = Answer.decode(client.ask(type, payload.toBytes()));
            if (answer.code() == Answer.PERMISSION) {
                throw new Failure("Cannot open connection to cman, permission denied.");
            }
            if (answer.code() < 0 || answer.code() >= Result.values().length) {
                throw new MalformedMessage("result " + answer.code());
            }
            return Result.values()[answer.code()];
        } catch (IOException | MalformedMessage e) {
            throw new Failure("no answer from cman: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            // Nothing was said that could be lost.
        }
    }
}
