package io.muster.config;

import io.muster.finding.ConfigInvalid;
import io.muster.finding.Findings;
import io.muster.finding.Placed;
import io.muster.finding.Reading;
import io.muster.finding.Why;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/// Reads and checks a cluster.conf. Whatever the octets are, the outcome is a [Reading], never an exception.
public final class ConfigReader {
    /// A longer file is refused: it must fit into one ordered message.
    public static final int MAX_BYTES = 1 << 20;

    private static final String NOT_A_CLUSTER = "the outermost element must be <cluster>";

    private ConfigReader() {}

    /// Reads a file; one that can't be read is an error of the reading.
    public static Reading<ClusterConfig> read(Path file) {
        String name = String.valueOf(file.getFileName());
        try (InputStream in = Files.newInputStream(file)) {
            return parse(in.readNBytes(MAX_BYTES + 1), name);
        } catch (NoSuchFileException e) {
            return Reading.refused(name, "there is no file " + file);
        } catch (AccessDeniedException e) {
            return Reading.refused(name, file + " can't be read: permission denied");
        } catch (IOException e) {
            return Reading.refused(name, file + " can't be read: " + Why.reason(e));
        }
    }

    /// Reads octets.
    ///
    /// @param fileName for messages
    public static Reading<ClusterConfig> parse(byte[] octets, String fileName) {
        Findings findings = new Findings(fileName);
        Element root;
        try {
            root = tree(octets);
        } catch (XmlTree.Unreadable e) {
            return unreadable(fileName, e);
        }
        if (!root.type().equals("cluster")) {
            findings.error(root, NOT_A_CLUSTER);
            return findings.reading(Optional.empty());
        }
        new SchemaCheck(findings).check(root, Schema.CLUSTER, "");
        new ClusterRules(findings, root).check();
        Optional<ClusterConfig> config =
                findings.usable() ? Optional.of(new ConfigBuilder(root, sha256(octets)).build()) : Optional.empty();
        return findings.reading(config);
    }

    /// Reads octets as far as the tree, without holding it against the schema: for tools that repair a file.
    ///
    /// @throws ConfigInvalid when it isn't a tree, or not one of a cluster
    public static Element parseTree(byte[] octets, String fileName) throws ConfigInvalid {
        try {
            Element root = tree(octets);
            if (!root.type().equals("cluster")) {
                Findings findings = new Findings(fileName);
                findings.error(root, NOT_A_CLUSTER);
                throw new ConfigInvalid(findings.sorted());
            }
            return root;
        } catch (XmlTree.Unreadable e) {
            throw new ConfigInvalid(unreadable(fileName, e).errors());
        }
    }

    /// 64 lower-case hexadecimal digits.
    public static String sha256(byte[] octets) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    private static Element tree(byte[] octets) throws XmlTree.Unreadable {
        if (octets.length > MAX_BYTES) {
            throw new XmlTree.Unreadable(0, 0, "longer than " + MAX_BYTES + " octets");
        }
        if (octets.length == 0) {
            throw new XmlTree.Unreadable(0, 0, "empty");
        }
        return XmlTree.parse(SourceText.decode(octets));
    }

    private static Reading<ClusterConfig> unreadable(String fileName, XmlTree.Unreadable e) {
        Findings findings = new Findings(fileName);
        findings.error(Placed.at(e.line, e.column), String.valueOf(e.getMessage()));
        return findings.reading(Optional.empty());
    }
}
