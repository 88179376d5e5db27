package io.muster.cluster;

import io.muster.ccs.Document;
import io.muster.ccs.OnDisk;
import io.muster.config.ConfigVersion;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What of cluster.conf survives a crash of a node.
final class SimDisk {
    Document file;

    @Nullable
    Document markOf;

    long mark;

    @Nullable
    Document staged;

    long stagedAttempt;

    SimDisk(byte[] document) {
        this.file = Document.of(document).orElseThrow();
    }

    byte[] document() {
        return file.octets();
    }

    int version() {
        return file.version().number();
    }

    List<Document> documents() {
        var all = new ArrayList<Document>();
        all.add(file);
        if (staged != null) {
            all.add(staged);
        }
        return all;
    }

    OnDisk report(int nodeid) {
        return new OnDisk(
                file.version(),
                markOf != null && file.equals(markOf) ? mark : 0,
                staged == null ? ConfigVersion.NONE : staged.version(),
                staged == null ? 0 : stagedAttempt,
                file.config().node(nodeid).map(node -> node.votes()).orElse(0),
                file.config().cman().expectedVotes());
    }
}
