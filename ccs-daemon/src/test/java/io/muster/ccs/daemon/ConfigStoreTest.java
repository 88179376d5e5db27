package io.muster.ccs.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.ccs.Document;
import io.muster.ccs.OnDisk;
import io.muster.config.ConfigVersion;
import io.muster.daemon.Layout;
import io.muster.os.RealFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigStoreTest {
    @TempDir
    Path root;

    private Layout layout;
    private ConfigStore store;
    private final Document old = document(4);
    private final Document next = document(5);

    private static Document document(int version) {
        String text = "<cluster name=\"dock\" config_version=\"" + version
                + "\"><clusternodes><clusternode name=\"a\" nodeid=\"1\" votes=\"2\"/></clusternodes></cluster>";
        return Document.of(text.getBytes(StandardCharsets.UTF_8)).orElseThrow();
    }

    @BeforeEach
    void make() throws IOException {
        layout = Layout.under(root);
        store = new ConfigStore(layout, RealFiles.INSTANCE);
        Files.createDirectories(layout.etc());
        Files.write(layout.clusterConf(), old.octets());
    }

    @Test
    void whatIsFoundIsWhatWasWritten() throws IOException {
        assertEquals(
                new OnDisk(old.version(), 0, ConfigVersion.NONE, 0, 2, 2),
                store.found(1).disk());
        store.stage(next, 7);
        assertEquals(
                new OnDisk(old.version(), 0, next.version(), 7, 2, 2),
                store.found(1).disk());
        assertEquals(Optional.empty(), store.install(next, 7, false));
        assertEquals(
                new OnDisk(next.version(), 7, ConfigVersion.NONE, 0, 2, 2),
                store.found(1).disk());
        assertArrayEquals(next.octets(), Files.readAllBytes(layout.clusterConf()));
    }

    @Test
    void aFileFromAnEditorHasNoAttempt() throws IOException {
        store.install(next, 7, false);
        Files.write(layout.clusterConf(), old.octets());
        assertEquals(0, store.found(1).disk().fileAttempt());
    }

    @Test
    void aStagedFileCutAnywhereCountsAsNone() throws IOException {
        store.stage(next, 7);
        Path staged = layout.state().resolve("ccs/staged");
        byte[] whole = Files.readAllBytes(staged);
        for (int i = 0; i < whole.length; i++) {
            Files.write(staged, Arrays.copyOf(whole, i));
            assertEquals(
                    new OnDisk(old.version(), 0, ConfigVersion.NONE, 0, 2, 2),
                    store.found(1).disk());
        }
    }

    @Test
    void whatTheClusterDoesntTakeIsKeptUnderItsNumber() throws IOException {
        Path kept = store.install(next, 1, true).orElseThrow();
        assertEquals("cluster.conf.refused-4", String.valueOf(kept.getFileName()));
        assertArrayEquals(old.octets(), Files.readAllBytes(kept));
    }

    @Test
    void aBrokenFileIsKeptInAnyCase() throws IOException {
        Files.writeString(layout.clusterConf(), "<cluster");
        assertEquals(OnDisk.NOTHING, store.found(1).disk());
        Path kept = store.install(next, 1, false).orElseThrow();
        assertEquals("cluster.conf.refused-invalid", String.valueOf(kept.getFileName()));
    }

    @Test
    void discardedIsGone() throws IOException {
        store.stage(next, 7);
        store.discard();
        assertFalse(Files.exists(layout.state().resolve("ccs/staged")));
        store.discard();
    }
}
