package io.muster.ccs;

import io.muster.config.ConfigVersion;
import java.util.List;

/// What happens to ccsd on its own node.
public sealed interface CcsEvent {
    /// What was found on disk when the daemon started, or after somebody changed it.
    ///
    /// @param documents those that `disk` names
    record Found(OnDisk disk, List<Document> documents) implements CcsEvent {
        public Found {
            documents = List.copyOf(documents);
        }
    }

    /// [CcsEffect.Look] came to nothing: the disk doesn't say.
    record NotFound() implements CcsEvent {}

    /// A [CcsEffect.Stage] is done: the proposed version is on disk.
    record Staged(ConfigVersion version, long attempt) implements CcsEvent {}

    /// A [CcsEffect.Install] is done: that is now cluster.conf.
    record Installed(ConfigVersion version, long attempt) implements CcsEvent {}

    /// A [CcsEffect.Discard] is done: nothing is staged any more.
    record Discarded() implements CcsEvent {}

    /// Writing failed: disk full, read-only, whatever.
    record WriteFailed(String why) implements CcsEvent {}

    /// An operator's new file.
    ///
    /// @param request counted by the daemon, answered once with [CcsEffect.Answer]
    record Update(long request, byte[] octets, int probationSec) implements CcsEvent {}

    /// An operator is content with the version on probation.
    record Confirm(long request) implements CcsEvent {}
}
