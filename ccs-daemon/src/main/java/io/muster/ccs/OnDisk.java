package io.muster.ccs;

import io.muster.config.ConfigVersion;
import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;

/// What a node has on its disk, whole and synced.
///
/// @param file the version of its `cluster.conf`; [ConfigVersion#NONE] if there is none or it isn't valid
/// @param fileAttempt under which the cluster made it so; 0 when it came from elsewhere (an editor, a copy)
/// @param staged a proposed version written beside it; [ConfigVersion#NONE] for none
/// @param attempt of the proposal that is staged; 0 for none
/// @param votes the node's own, as its file says
/// @param expectedVotes as its file says
public record OnDisk(
        ConfigVersion file, long fileAttempt, ConfigVersion staged, long attempt, int votes, int expectedVotes) {
    /// Nothing at all.
    public static final OnDisk NOTHING = new OnDisk(ConfigVersion.NONE, 0, ConfigVersion.NONE, 0, 0, 0);

    private static final int HASH_MAX = 64;

    /// Whether that version would survive a crash here.
    boolean has(ConfigVersion version) {
        return file.equals(version) || staged.equals(version);
    }

    void encode(Output out) {
        encode(out, file);
        out.u64(fileAttempt);
        encode(out, staged);
        out.u64(attempt).u32(votes).u32(expectedVotes);
    }

    static OnDisk decode(Input in) throws MalformedMessage {
        return new OnDisk(
                version(in), in.u64(), version(in), in.u64(), in.u32(Integer.MAX_VALUE), in.u32(Integer.MAX_VALUE));
    }

    static void encode(Output out, ConfigVersion version) {
        out.i32(version.number()).string(version.sha256());
    }

    static ConfigVersion version(Input in) throws MalformedMessage {
        int number = in.i32();
        return new ConfigVersion(number, in.string(HASH_MAX));
    }
}
