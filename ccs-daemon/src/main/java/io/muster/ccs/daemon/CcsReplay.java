package io.muster.ccs.daemon;

import io.muster.ccs.CcsEffect;
import io.muster.ccs.CcsEvent;
import io.muster.ccs.ConfigLog;
import io.muster.ccs.Document;
import io.muster.driver.RecordCodec;
import io.muster.group.GroupEntry;
import io.muster.member.daemon.ReplicaRecord;
import io.muster.member.daemon.ReplicaReplay;

/// Replays records of ccsd.
public final class CcsReplay extends ReplicaReplay {
    public static final String NAME = "ccsd";
    public static final RecordCodec CODEC = ReplicaRecord.codec(
                    GroupEntry.class, CcsEvent.class, CcsEffect.class, ConfigLog.localKind())
            .with(Document.class, Document::octets, Document::of);

    public CcsReplay() {
        super(NAME, CODEC, (self, local) -> new ConfigLog(self));
    }
}
