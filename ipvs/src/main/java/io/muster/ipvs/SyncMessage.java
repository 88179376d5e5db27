package io.muster.ipvs;

import java.util.List;

/// A synchronisation message between kernels, version 1.
///
/// @param syncId 0 to 255; a receiver drops those of another id unless its own is 0
public record SyncMessage(int syncId, List<SyncEntry> entries) {
    public SyncMessage {
        entries = List.copyOf(entries);
    }
}
