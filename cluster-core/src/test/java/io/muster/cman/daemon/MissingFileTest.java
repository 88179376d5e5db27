package io.muster.cman.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.daemon.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node whose cluster.conf is gone is told how it gets one.
class MissingFileTest {
    @TempDir
    private Path root;

    @Test
    void withTheKeyItIsCopiedFromAMember() throws IOException {
        Layout layout = Layout.under(root);
        Files.createDirectories(layout.etc());
        Path file = layout.clusterConf();
        assertEquals(
                "there is no file " + file + ": copy it and cluster.key from a member; of a new cluster, make them"
                        + " with ccs_tool create and muster keygen",
                refusal(layout));
        Files.writeString(layout.etc().resolve("cluster.key"), "key");
        assertEquals(
                "there is no file " + file + ": this node has the cluster's key, so copy the file from a member,"
                        + " whatever its version: scp -p MEMBER:" + file + " " + file
                        + "; ccsd keeps it up to date from then on",
                refusal(layout));
    }

    private static String refusal(Layout layout) {
        return assertThrows(IOException.class, () -> NodeSetup.read(layout)).getMessage();
    }
}
