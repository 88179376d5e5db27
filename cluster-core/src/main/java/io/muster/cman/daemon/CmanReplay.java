package io.muster.cman.daemon;

import io.muster.driver.ImageFactory;
import io.muster.membership.CmanRecord;
import java.util.Map;

/// Replays records of cman.
public final class CmanReplay extends ImageFactory {
    public CmanReplay() {
        super(CmanRecord.NAME, CmanRecord.newCodec(), Map.of("HeldConfiguration.reader", Settings.reader()));
    }
}
