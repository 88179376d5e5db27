package io.muster.config.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import io.muster.config.Element;
import io.muster.control.NotRunningException;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.finding.ConfigInvalid;
import io.muster.finding.Problem;
import io.muster.finding.Reading;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `ccs_config_validate`: checks a cluster.conf and says everything that is wrong with it at once.
///
/// Exit status, as RHEL 6's: 0 valid, whatever the warnings; 3 not valid, 1 not XML (those of its
/// validator); 253 the version can't be read, 254 it isn't newer, both with `-R` only; 255 wrong usage,
/// or nothing to be read.
public final class ConfigValidate implements Command {
    private static final int NOT_XML = 1;
    private static final int NOT_VALID = 3;
    private static final int NO_VERSION = 253;
    private static final int NOT_NEWER = 254;
    private static final int FAILED = 255;

    /// The one way a configuration is loaded here, by the original's name for it.
    private static final Set<String> LOADERS = Set.of("xmlconfig", "xmlconfig:cmanpreconfig");

    private static final String USAGE = """
            Usage: ccs_config_validate [options]

            Options:
              -f FILE   check FILE instead of the cluster's own file
              -l FILE   the same: what FILE doesn't say is always filled in first
              -r        check the configuration of the running cluster
              -R N      its version must be higher than N, too
              -t FILE   put what is checked into FILE meanwhile
              -n        leave that file there
              -o        overwrite it if it is there already
              -C NAME   the loader: xmlconfig, the only one there is
              -u        taken for the sake of old scripts, without effect
              -q        only the exit status, no text
              -v        remarks too, and what was found
              -h        this help
              -V        the version
            """;

    private final Layout layout;

    private @Nullable Path file;
    private @Nullable Path temporary;
    private boolean running;
    private boolean keep;
    private boolean overwrite;
    private boolean quiet;
    private boolean verbose;
    private @Nullable Integer newerThan;

    /// @param layout says which file is the cluster's own
    public ConfigValidate(Layout layout) {
        this.layout = layout;
    }

    public static void main(String[] args) {
        Command.main(new ConfigValidate(Layout.fromEnvironment()), args);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        var options = new Getopt("ccs_config_validate", args, "f:l:rR:t:noC:uqvhV", err);
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 'h' -> {
                    out.print(USAGE);
                    return 0;
                }
                case 'V' -> {
                    out.println("ccs_config_validate (Muster) " + Daemon.version());
                    return 0;
                }
                default -> {
                    String wrong = option(c, options);
                    if (wrong != null) {
                        err.print(wrong);
                        err.print(USAGE);
                        return FAILED;
                    }
                }
            }
        }
        String wrong = "";
        if (!options.operands().isEmpty()) {
            wrong = "unexpected argument \"" + options.operands().getFirst() + "\": give the file with -f";
        } else if (running && file != null) {
            wrong = "either -r or a file";
        }
        if (!wrong.isEmpty()) {
            err.println("ccs_config_validate: " + wrong);
            err.print(USAGE);
            return FAILED;
        }
        try {
            return check(out, err);
        } catch (IOException e) {
            if (!quiet) {
                err.println("ccs_config_validate: " + e.getMessage());
                out.println("Configuration fails to validate");
            }
            return FAILED;
        }
    }

    /// @return what is wrong with it, with its line's end; null if nothing is
    private @Nullable String option(int letter, Getopt options) {
        switch (letter) {
            case 'f', 'l' -> file = Path.of(options.argument());
            case 'r' -> running = true;
            case 't' -> temporary = Path.of(options.argument());
            case 'n' -> keep = true;
            case 'o' -> overwrite = true;
            case 'q' -> quiet = true;
            case 'v' -> verbose = true;
            case 'u' -> {}
            case 'C' -> {
                if (!LOADERS.contains(options.argument())) {
                    return "ccs_config_validate: there is no loader \"" + options.argument() + "\", only xmlconfig\n";
                }
            }
            case 'R' -> {
                newerThan = number(options.argument()).orElse(null);
                if (newerThan == null) {
                    return "ccs_config_validate: -R " + options.argument() + ": must be a config_version\n";
                }
            }
            default -> {
                // getopt has said what is wrong.
                return "";
            }
        }
        return null;
    }

    private static Optional<Integer> number(@Nullable String word) {
        return word == null || !word.matches("[0-9]{1,9}") ? Optional.empty() : Optional.of(Integer.parseInt(word));
    }

    private int check(PrintStream out, PrintStream err) throws IOException {
        Path shown = file == null ? layout.clusterConf() : file;
        byte[] octets = running ? ofTheCluster() : read(shown);
        if (temporary != null) {
            write(temporary, octets);
        }
        try {
            return check(octets, String.valueOf(shown.getFileName()), out, err);
        } finally {
            if (temporary != null && !keep) {
                Files.deleteIfExists(temporary);
            }
        }
    }

    private int check(byte[] octets, String name, PrintStream out, PrintStream err) {
        Reading<ClusterConfig> reading = ConfigReader.parse(octets, name);
        Optional<Element> tree = tree(octets, name);
        int status = tree.isEmpty() ? NOT_XML : reading.config().isEmpty() ? NOT_VALID : 0;
        String why = "";
        if (newerThan != null) {
            Optional<Integer> version = tree.flatMap(root -> number(root.attribute("config_version")));
            if (version.isEmpty()) {
                status = NO_VERSION;
                why = "its config_version can't be read";
            } else if (version.get() <= newerThan) {
                status = NOT_NEWER;
                why = "config_version " + version.get() + " isn't higher than " + newerThan;
            }
        }
        if (!quiet) {
            print(ConfigChecks.and(reading, name, layout), err);
            if (!why.isEmpty()) {
                err.println(name + ": " + why);
            }
            verdict(reading, status, out);
        }
        return status;
    }

    private static Optional<Element> tree(byte[] octets, String name) {
        try {
            return Optional.of(ConfigReader.parseTree(octets, name));
        } catch (ConfigInvalid e) {
            return Optional.empty();
        }
    }

    private byte[] ofTheCluster() throws IOException {
        try {
            byte[] octets = ConfigUpdate.present(layout.socket("ccsd")).octets();
            if (octets.length == 0) {
                throw new IOException("ccsd has no configuration");
            }
            return octets;
        } catch (NotRunningException e) {
            throw new IOException("Unable to connect to ccsd: it isn't running", e);
        }
    }

    private static byte[] read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(ConfigReader.MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file, e);
        } catch (IOException e) {
            throw new IOException(file + " can't be read: " + e.getMessage(), e);
        }
    }

    /// A configuration has passwords in it: for its owner only.
    private void write(Path target, byte[] octets) throws IOException {
        Set<OpenOption> how = overwrite
                ? Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING)
                : Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        var mine = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (SeekableByteChannel channel = Files.newByteChannel(target, how, mine)) {
            ByteBuffer left = ByteBuffer.wrap(octets);
            while (left.hasRemaining()) {
                channel.write(left);
            }
        } catch (FileAlreadyExistsException e) {
            throw new IOException(target + " is there already: with -o it is overwritten", e);
        } catch (IOException e) {
            throw new IOException(target + " can't be written: " + e.getMessage(), e);
        }
    }

    private void print(Reading<ClusterConfig> reading, PrintStream err) {
        print("", reading.errors(), err);
        print("warning: ", reading.warnings(), err);
        if (verbose) {
            print("note: ", reading.notes(), err);
        }
    }

    private void verdict(Reading<ClusterConfig> reading, int status, PrintStream out) {
        if (verbose && reading.config().isPresent()) {
            var config = reading.config().get();
            out.println("Cluster name: " + config.name() + ", config_version: " + config.version() + ", nodes: "
                    + config.nodes().size() + ", services: "
                    + config.rm().services().size());
        }
        out.println(status == 0 ? "Configuration validates" : "Configuration fails to validate");
    }

    private static void print(String prefix, List<Problem> problems, PrintStream err) {
        problems.forEach(problem -> err.println(prefix + problem));
    }
}
