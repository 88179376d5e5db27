package io.muster.fence.cli;

import io.muster.control.Answer;
import io.muster.control.CommandClient;
import io.muster.core.MalformedMessage;
import io.muster.daemon.Layout;
import io.muster.fence.DomainReport;
import io.muster.fence.daemon.FenceProtocol;
import io.muster.wire.Output;
import java.io.IOException;

/// What all commands ask fenced alike: one question each time, and a no ends the command.
final class AskFenced {
    private AskFenced() {}

    static Answer ask(Layout layout, int type, Output request) throws IOException {
        return CommandClient.askOnce(layout.socket("fenced"), FenceProtocol.PATIENCE, type, request)
                .orRefuse();
    }

    static Answer ask(Layout layout, int type) throws IOException {
        return ask(layout, type, new Output());
    }

    static DomainReport report(Layout layout) throws IOException {
        try {
            return FenceProtocol.report(ask(layout, FenceProtocol.REPORT));
        } catch (MalformedMessage e) {
            throw new IOException("fenced's report makes no sense: " + e.getMessage(), e);
        }
    }
}
