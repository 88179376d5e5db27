package io.muster.pulse;

import io.muster.control.Answer;
import io.muster.core.MalformedMessage;
import io.muster.pulse.Heartbeat.Wish;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// What pulse answers on its control socket: a frame of type [#TYPE], empty, is answered by an [Answer]
/// with these octets for its body. Ages are milliseconds before the answer.
///
/// @param primary whether this director is the one the file calls `primary`
/// @param sinceMs how long it has been so
/// @param reason why
/// @param takeOverMs how long the last take-over took, from its decision until all addresses were set;
///     -1 for none yet
/// @param partnerConfigured `backup_active`
/// @param connections in this director's table; -1 if nobody counts them
/// @param syncPermille how much of them was sent to the partner as a whole
/// @param syncLag connections the active director has and the other lacks; -1 if that isn't known
/// @param sent heartbeats sent
/// @param addresses what moves with the role
/// @param lvsdPid 0 while there is none
public record PulseStatus(
        boolean primary,
        Activity activity,
        long sinceMs,
        String reason,
        long takeOverMs,
        Set<Inhibitor> inhibitors,
        boolean partnerConfigured,
        PartnerStatus partner,
        long connections,
        int syncPermille,
        long syncLag,
        long sent,
        SortedMap<Rejection, Long> rejections,
        List<AddressStatus> addresses,
        long lvsdPid,
        long longestStallMs) {
    /// Type of the frame that asks.
    public static final int TYPE = 1;

    private static final int MOST = 65_536;

    public PulseStatus {
        inhibitors = Set.copyOf(inhibitors);
        rejections = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(rejections));
        addresses = List.copyOf(addresses);
    }

    /// @param ageMs since it was last heard, -1 for never
    /// @param incarnation the first digits, "" if not known
    /// @param beats heartbeats of it that counted
    public record PartnerStatus(
            boolean alive, long ageMs, boolean active, Wish wish, String incarnation, long connections, long beats) {}

    /// @param text `192.168.26.10/24`
    /// @param held whether it was set here when last looked
    public record AddressStatus(String text, String device, boolean held) {}

    public byte[] encode() {
        var out = new Output(512);
        out.bool(primary).oneOf(activity).u64(sinceMs).string(reason).u64(takeOverMs);
        out.list(inhibitors.stream().sorted().toList(), Output::oneOf);
        out.bool(partnerConfigured).bool(partner.alive).u64(partner.ageMs).bool(partner.active);
        out.oneOf(partner.wish)
                .string(partner.incarnation)
                .u64(partner.connections)
                .u64(partner.beats);
        out.u64(connections).u16(syncPermille).u64(syncLag).u64(sent);
        out.list(rejections.entrySet(), (o, e) -> o.oneOf(e.getKey()).u64(e.getValue()));
        out.list(addresses, (o, a) -> o.string(a.text).string(a.device).bool(a.held));
        return out.u64(lvsdPid).u64(longestStallMs).toBytes();
    }

    public static PulseStatus decode(Answer answer) throws MalformedMessage {
        return decode(answer.body());
    }

    public static PulseStatus decode(byte[] octets) throws MalformedMessage {
        var in = new Input(octets);
        boolean primary = in.bool();
        Activity activity = in.oneOf(Activity.class);
        long since = in.u64();
        String reason = in.string();
        long takeOver = in.u64();
        Set<Inhibitor> inhibitors = EnumSet.noneOf(Inhibitor.class);
        inhibitors.addAll(in.list(MOST, i -> i.oneOf(Inhibitor.class)));
        boolean configured = in.bool();
        var partner = new PartnerStatus(
                in.bool(), in.u64(), in.bool(), in.oneOf(Wish.class), in.string(), in.u64(), in.u64());
        long connections = in.u64();
        int permille = in.u16();
        long lag = in.u64();
        long sent = in.u64();
        var rejections = new TreeMap<Rejection, Long>();
        record Count(Rejection why, long count) {}
        in.list(MOST, i -> new Count(i.oneOf(Rejection.class), i.u64())).forEach(c -> rejections.put(c.why, c.count));
        List<AddressStatus> addresses = in.list(MOST, i -> new AddressStatus(i.string(), i.string(), i.bool()));
        var status = new PulseStatus(
                primary,
                activity,
                since,
                reason,
                takeOver,
                inhibitors,
                configured,
                partner,
                connections,
                permille,
                lag,
                sent,
                rejections,
                addresses,
                in.u64(),
                in.u64());
        in.end();
        return status;
    }
}
