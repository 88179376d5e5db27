package io.muster.fence;

import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;

/// How a node was fenced that cluster.conf has no more: by the last configuration that had it.
///
/// @param version of that configuration
record Former(int version, NodeFencing fencing) {
    void encode(Output out) {
        fencing.encode(out.u32(version));
    }

    static Former decode(Input in) throws MalformedMessage {
        return new Former(in.u32(Integer.MAX_VALUE), NodeFencing.decode(in));
    }
}
