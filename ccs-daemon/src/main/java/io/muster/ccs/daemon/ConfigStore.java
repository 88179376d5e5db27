package io.muster.ccs.daemon;

import io.muster.ccs.CcsEvent;
import io.muster.ccs.Document;
import io.muster.ccs.OnDisk;
import io.muster.config.ConfigReader;
import io.muster.config.ConfigVersion;
import io.muster.daemon.Layout;
import io.muster.machine.Files;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The node's copies of the configuration on disk.
///
/// | file | content |
/// |---|---|
/// | `etc/cluster/cluster.conf` | what the node has |
/// | `etc/cluster/cluster.conf.refused-N` | what it came with and the cluster didn't take |
/// | `var/lib/muster/ccs/staged` | line `attempt N`, then a proposed document |
/// | `var/lib/muster/ccs/installed` | line `SHA-256 attempt` of the cluster.conf that the cluster gave out |
///
/// Blocks on the disk: not for an event loop. Thread: one at a time.
public final class ConfigStore {
    private static final int HEADER_MAX = 64;
    private static final int KEPT_MAX = 1000;

    private final Files files;
    private final Path conf;
    private final Path staged;
    private final Path installed;

    /// @param layout says where; directories are made when needed
    public ConfigStore(Layout layout, Files files) {
        this.files = files;
        conf = layout.clusterConf();
        staged = layout.state().resolve("ccs").resolve("staged");
        installed = layout.state().resolve("ccs").resolve("installed");
    }

    /// What is there. A file that isn't valid counts as none.
    ///
    /// @param nodeid of this node, for its votes
    public CcsEvent.Found found(int nodeid) throws IOException {
        Optional<Document> file = file();
        byte[] stagedFile = read(staged);
        long attempt = stagedFile == null ? 0 : attempt(stagedFile);
        Optional<Document> stagedDocument =
                attempt == 0 || stagedFile == null ? Optional.empty() : Document.of(body(stagedFile));
        OnDisk disk = new OnDisk(
                file.map(Document::version).orElse(ConfigVersion.NONE),
                file.map(this::installedAttempt).orElse(0L),
                stagedDocument.map(Document::version).orElse(ConfigVersion.NONE),
                stagedDocument.isPresent() ? attempt : 0,
                file.flatMap(document -> document.config().node(nodeid))
                        .map(node -> node.votes())
                        .orElse(0),
                file.map(document -> document.config().cman().expectedVotes()).orElse(0));
        List<Document> documents = new ArrayList<>();
        file.ifPresent(documents::add);
        stagedDocument.ifPresent(documents::add);
        return new CcsEvent.Found(disk, documents);
    }

    /// The node's cluster.conf; empty when there is none or it isn't valid.
    public Optional<Document> file() throws IOException {
        return Optional.ofNullable(read(conf)).flatMap(Document::of);
    }

    /// Writes a proposal beside the file in force.
    public void stage(Document document, long attempt) throws IOException {
        byte[] header = ("attempt " + attempt + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] octets = document.octets();
        byte[] whole = Arrays.copyOf(header, header.length + octets.length);
        System.arraycopy(octets, 0, whole, header.length, octets.length);
        files.write(staged, whole);
    }

    /// Makes a document the cluster.conf.
    ///
    /// @param keepAside keep what is there now; a file that isn't valid is kept in any case
    /// @return where the former one was kept, if it was
    public Optional<Path> install(Document document, long attempt, boolean keepAside) throws IOException {
        byte[] octets = document.octets();
        byte[] present = read(conf);
        Optional<Path> kept = Optional.empty();
        if (present != null && !Arrays.equals(present, octets)) {
            Optional<Document> former = Document.of(present);
            if (keepAside || former.isEmpty()) {
                String name =
                        former.map(f -> String.valueOf(f.version().number())).orElse("invalid");
                kept = Optional.of(keep(present, name));
            }
        }
        files.write(conf, octets);
        // Only after the file: a mark without its file would claim what isn't there.
        String mark = document.version().sha256() + " " + attempt + "\n";
        files.write(installed, mark.getBytes(StandardCharsets.US_ASCII));
        files.delete(staged);
        return kept;
    }

    /// Removes what is staged.
    public void discard() throws IOException {
        files.delete(staged);
    }

    private Path keep(byte[] octets, String name) throws IOException {
        String base = conf.getFileName() + ".refused-" + name;
        for (int i = 0; i < KEPT_MAX; i++) {
            Path file = conf.resolveSibling(i == 0 ? base : base + "." + i);
            if (!files.exists(file)) {
                files.write(file, octets);
                return file;
            }
            if (Arrays.equals(read(file), octets)) {
                return file;
            }
        }
        throw new IOException("too many files " + base + ".*: remove some");
    }

    private long installedAttempt(Document document) {
        try {
            byte[] mark = read(installed);
            String[] words = mark == null
                    ? new String[0]
                    : new String(mark, StandardCharsets.US_ASCII).strip().split(" ");
            return words.length == 2 && words[0].equals(document.version().sha256()) ? Long.parseLong(words[1]) : 0;
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    private static long attempt(byte[] staged) {
        String head = new String(staged, 0, Math.min(staged.length, HEADER_MAX), StandardCharsets.US_ASCII);
        int end = head.indexOf('\n');
        try {
            return end > 8 && head.startsWith("attempt ") ? Long.parseLong(head.substring(8, end)) : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static byte[] body(byte[] staged) {
        for (int i = 0; i < staged.length; i++) {
            if (staged[i] == '\n') {
                return Arrays.copyOfRange(staged, i + 1, staged.length);
            }
        }
        return new byte[0];
    }

    /// Null when there is no such file; no more than is sure to be too long.
    private byte @Nullable [] read(Path file) throws IOException {
        return files.read(file, ConfigReader.MAX_BYTES + HEADER_MAX + 1).orElse(null);
    }
}
