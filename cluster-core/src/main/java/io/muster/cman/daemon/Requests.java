package io.muster.cman.daemon;

import io.muster.cman.client.CmanFrames;
import io.muster.control.Frame;
import io.muster.core.MalformedMessage;
import io.muster.group.GroupEntry.Level;
import io.muster.group.GroupTable;
import io.muster.group.Remains;
import io.muster.membership.CmanEvent;
import io.muster.wire.Input;
import java.util.Optional;

/// Turns a client's frame into an event for the core.
final class Requests {
    private static final int MAX_INT = Integer.MAX_VALUE;
    private static final int MAX_VOTES = 1 << 20;

    private Requests() {}

    /// @return empty for a frame that isn't for the core
    static Optional<CmanEvent> event(int client, Frame frame) throws MalformedMessage {
        Input in = frame.input();
        int request = (int) frame.sequence();
        CmanEvent event = switch (frame.type()) {
            case CmanFrames.JOIN -> {
                String group = group(in);
                Optional<Level> level = level(in.u8());
                // How long it may be silent is the session's business.
                in.u32(MAX_INT);
                yield new CmanEvent.Join(client, request, group, level, in.u32(MAX_INT));
            }
            case CmanFrames.PART -> new CmanEvent.Part(client, group(in));
            case CmanFrames.SEND -> {
                String group = group(in);
                boolean safe = in.bool();
                yield new CmanEvent.Send(client, group, in.rest(), safe, frame.cause());
            }
            case CmanFrames.FENCED -> new CmanEvent.ReportFenced(client, in.node(), in.string(255), frame.cause());
            case CmanFrames.VOUCHED ->
                new CmanEvent.ReportVouched(client, in.node(), Remains.decode(in), frame.cause());
            case CmanFrames.RECOVERED -> new CmanEvent.ReportRecovered(client, group(in), in.u64(), frame.cause());
            case CmanFrames.ACKNOWLEDGE ->
                new CmanEvent.Acknowledge(client, request, in.node(), in.string(255), frame.cause());
            case CmanFrames.ASK_FRESH -> new CmanEvent.AskFresh(client, request);
            case CmanFrames.SHUTDOWN_ANSWER -> new CmanEvent.ShutdownAnswer(client, in.bool());
            case CmanFrames.LEAVE -> new CmanEvent.Leave(client, request, in.bool(), in.bool());
            case CmanFrames.KILL ->
                new CmanEvent.Kill(client, request, in.list(4096, i -> i.u32(MAX_INT)), in.string(255));
            case CmanFrames.EXPECTED -> new CmanEvent.SetExpected(client, request, in.u32(MAX_VOTES));
            case CmanFrames.VOTES -> new CmanEvent.SetVotes(client, request, in.u32(MAX_INT), in.u32(MAX_VOTES));
            case CmanFrames.ANNOUNCE ->
                new CmanEvent.Announce(client, request, in.u32(MAX_INT), in.string(64), in.bytes(1 << 20));
            case CmanFrames.DEVICE -> new CmanEvent.SetDevice(in.string(255), in.u32(MAX_VOTES));
            default -> null;
        };
        return Optional.ofNullable(event);
    }

    private static String group(Input in) throws MalformedMessage {
        return in.string(GroupTable.NAME_BYTES);
    }

    private static Optional<Level> level(int octet) throws MalformedMessage {
        if (octet > Level.values().length) {
            throw new MalformedMessage("level " + octet);
        }
        return octet == 0 ? Optional.empty() : Optional.of(Level.values()[octet - 1]);
    }
}
