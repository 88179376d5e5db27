package io.muster.ccs;

import java.nio.charset.StandardCharsets;

/// Small configurations for tests.
final class Texts {
    private Texts() {}

    /// A valid document of cluster `dock` with nodes `a1`...
    ///
    /// @param what makes documents of one version differ
    static Document document(int nodes, int version, String what) {
        StringBuilder text = new StringBuilder(
                "<cluster name=\"dock\" config_version=\"" + version + "\"><!-- " + what + " --><clusternodes>");
        for (int i = 1; i <= nodes; i++) {
            text.append("<clusternode name=\"a" + i + "\" nodeid=\"" + i + "\"/>");
        }
        text.append("</clusternodes></cluster>");
        return Document.of(text.toString().getBytes(StandardCharsets.UTF_8)).orElseThrow();
    }
}
