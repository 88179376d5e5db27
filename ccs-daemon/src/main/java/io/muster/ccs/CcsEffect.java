package io.muster.ccs;

import io.muster.core.Proposal;

/// What ccsd wants done.
public sealed interface CcsEffect {
    /// A message to the group.
    record Send(CcsMessage message) implements CcsEffect, Proposal {
        @Override
        public byte[] payload() {
            return message.encode();
        }

        @Override
        public boolean safe() {
            return true;
        }
    }

    /// Look at the disk and say [CcsEvent.Found] or [CcsEvent.NotFound].
    record Look() implements CcsEffect {}

    /// Write a proposed document beside cluster.conf, synced, and say [CcsEvent.Staged].
    record Stage(Document document, long attempt) implements CcsEffect {}

    /// Make this the cluster.conf, atomically and synced, drop what is staged, and say
    /// [CcsEvent.Installed].
    ///
    /// @param attempt to remember beside it
    /// @param keepAside the present file says something else that nobody may lose: keep it as
    ///     `cluster.conf.refused-N`
    record Install(Document document, long attempt, boolean keepAside) implements CcsEffect {}

    /// Remove what is staged and say [CcsEvent.Discarded].
    record Discard() implements CcsEffect {}

    /// Hand the committed document to cman, which puts it into every group's stream.
    record Announce(Document document) implements CcsEffect {}

    /// The end of an operator's request.
    ///
    /// @param text what to tell; empty for plain success
    record Answer(long request, boolean done, String text) implements CcsEffect {}

    /// One line for the log.
    record Log(boolean warning, String text) implements CcsEffect {}
}
