package io.muster.ccs.cli;

import io.muster.cli.Getopt;
import io.muster.config.ClusterConfig;
import io.muster.config.ConfigEditor;
import io.muster.config.ConfigReader;
import io.muster.config.ConfigVersion;
import io.muster.config.cli.ConfigUpdate;
import io.muster.config.client.CcsFrames.Present;
import io.muster.control.CommandClient;
import io.muster.control.NotRunningException;
import io.muster.daemon.Layout;
import io.muster.driver.Patience;
import io.muster.finding.ConfigInvalid;
import io.muster.finding.Problem;
import io.muster.finding.Reading;
import io.muster.os.AtomicFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Commands of `ccs_tool` that write a file. The former file stays as `FILE.old`. The node's own file
/// is the cluster's where one runs: the change is proposed, and the file stays as it is unless the
/// cluster takes it. Nothing is written that has more wrong with it than the file had before.
final class FileCommands {
    private static final Map<String, String> USAGES = Map.of(
            "create", "create [-2] [-c FILE] NAME",
            "addnode",
                    "addnode -n ID [-v VOTES] [-a ALTNAME] -f FENCE [-c FILE] [-o FILE] [-C] [-F] NAME [key=value...]",
            "delnode", "delnode [-c FILE] [-o FILE] [-C] [-F] NAME",
            "addfence", "addfence [-c FILE] [-o FILE] [-C] [-F] NAME AGENT [key=value...]",
            "delfence", "delfence [-c FILE] [-o FILE] [-C] [-F] NAME",
            "addnodeids", "addnodeids [-n START] [-m MULTICAST] [-v] [-c FILE] [-o FILE] [-C] [-F]");

    /// A file that is in force is on a healthy disk by then.
    private static final long ON_ITS_WAY_MS = 1_000;

    private final Layout layout;
    private final PrintStream out;
    private final PrintStream err;

    private Path input;
    private @Nullable String output;
    private boolean update = true;
    private boolean force;
    private boolean twoNode;
    private boolean verbose;
    private int number;
    private int votes = 1;
    private @Nullable String altname;
    private @Nullable String fence;
    private @Nullable String multicast;

    FileCommands(Layout layout, PrintStream out, PrintStream err) {
        this.layout = layout;
        this.out = out;
        this.err = err;
        this.input = layout.clusterConf();
    }

    int run(String command, String[] args) {
        String spec = switch (command) {
            case "create" -> "2c:h";
            case "addnode" -> "n:v:a:f:c:o:CFh";
            case "addnodeids" -> "n:m:vc:o:CFh";
            default -> "c:o:CFh";
        };
        var options = new Getopt("ccs_tool", args, spec, err);
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            if (c == '?' || c == 'h' || !option(command, c, options.hasArgument() ? options.argument() : "")) {
                err.println("Usage: ccs_tool " + USAGES.get(command));
                return c == 'h' ? 0 : 1;
            }
        }
        List<String> words = options.operands();
        int needed = switch (command) {
            case "addfence" -> 2;
            case "addnodeids" -> 0;
            default -> 1;
        };
        boolean takesPairs = command.equals("addnode") || command.equals("addfence");
        if (words.size() < needed || (words.size() > needed && !takesPairs)) {
            err.println("Usage: ccs_tool " + USAGES.get(command));
            return 1;
        }
        try {
            return command.equals("create")
                    ? create(words.getFirst())
                    : edit(command, words.subList(0, needed), pairs(words.subList(needed, words.size())));
        } catch (EditRefused e) {
            err.println("ccs_tool: " + e.getMessage());
        } catch (ConfigInvalid e) {
            err.println(e.getMessage());
        } catch (IOException e) {
            err.println("ccs_tool: " + e.getMessage());
        }
        return 1;
    }

    private boolean option(String command, int letter, String argument) {
        switch (letter) {
            case 'c' -> input = Path.of(argument);
            case 'o' -> output = argument;
            case 'C' -> update = false;
            case 'F' -> force = true;
            case '2' -> twoNode = true;
            case 'a' -> altname = argument;
            case 'f' -> fence = argument;
            case 'm' -> multicast = argument;
            case 'n' -> {
                Optional<Integer> given = number(argument, 1, 4096);
                if (given.isEmpty()) {
                    err.println("ccs_tool: nodeid \"" + argument + "\" must be 1 to 4096");
                }
                number = given.orElse(0);
                return given.isPresent();
            }
            case 'v' -> {
                if (command.equals("addnodeids")) {
                    verbose = true;
                    return true;
                }
                Optional<Integer> given = number(argument, 0, 255);
                if (given.isEmpty()) {
                    err.println("ccs_tool: votes \"" + argument + "\" must be 0 to 255");
                }
                votes = given.orElse(1);
                return given.isPresent();
            }
            default -> throw new IllegalStateException("option " + (char) letter);
        }
        return true;
    }

    static Optional<Integer> number(String word, int min, int max) {
        try {
            int value = Integer.parseInt(word);
            return value >= min && value <= max ? Optional.of(value) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Map<String, String> pairs(List<String> words) throws EditRefused {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 1) {
                throw new EditRefused("\"" + word + "\": must be key=value");
            }
            String key = word.substring(0, equals);
            if (key.equals("name")) {
                throw new EditRefused("\"" + word + "\": name can't be set this way");
            }
            if (!key.matches("[A-Za-z_][A-Za-z0-9_.-]*")) {
                throw new EditRefused("\"" + key + "\": can't be the name of an attribute");
            }
            if (pairs.put(key, word.substring(equals + 1)) != null) {
                throw new EditRefused("\"" + key + "\": given twice");
            }
        }
        return pairs;
    }

    private int create(String name) throws IOException, EditRefused {
        if (Files.exists(input)) {
            throw new EditRefused(input + " already exists");
        }
        if (same(input, layout.clusterConf()) && clusterRuns()) {
            throw new EditRefused("the cluster runs, and ccsd puts its file there: restart ccsd");
        }
        String cman = twoNode ? "  <cman two_node=\"1\" expected_votes=\"1\"/>\n\n" : "";
        String text = "<?xml version=\"1.0\"?>\n"
                + ConfigEditor.tag("cluster", ordered("name", name, "config_version", "1"), false) + "\n"
                + cman
                + """
                  <clusternodes>
                  </clusternodes>

                  <fencedevices>
                  </fencedevices>

                  <rm>
                    <failoverdomains/>
                    <resources/>
                  </rm>
                </cluster>
                """;
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        created(octets);
        AtomicFile.write(input, octets);
        return 0;
    }

    /// A file without nodes is fit to go on with, whatever two_node says; a name that can't be isn't.
    private void created(byte[] octets) throws EditRefused {
        List<Problem> errors =
                ConfigReader.parse(octets, String.valueOf(input.getFileName())).errors();
        if (errors.size() > (twoNode ? 1 : 0)) {
            throw new EditRefused(errors.getFirst().toString());
        }
    }

    private static Map<String, String> ordered(String... pairs) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return map;
    }

    private int edit(String command, List<String> words, Map<String, String> pairs)
            throws IOException, EditRefused, ConfigInvalid {
        if (!Files.exists(input)) {
            throw new EditRefused("Unable to open " + input + ": no such file");
        }
        byte[] former = Files.readAllBytes(input);
        ConfigEditor editor = ConfigEditor.of(former, String.valueOf(input.getFileName()));
        Edits edits = new Edits(editor);
        switch (command) {
            case "addnode" -> edits.addNode(words.getFirst(), number, votes, altname, fence, pairs);
            case "delnode" -> edits.removeNode(words.getFirst());
            case "addfence" -> edits.addFence(words.getFirst(), words.get(1), pairs);
            case "delfence" -> edits.removeFence(words.getFirst());
            default -> {
                List<String> given = edits.addNodeids(number == 0 ? 1 : number, multicast);
                if (verbose) {
                    given.forEach(out::println);
                }
                if (multicast == null && !edits.hasMulticast()) {
                    err.println("Warning: no multicast address is set; one derived from the cluster's name is shown.");
                }
            }
        }
        return write(former, editor.octets());
    }

    /// What is said of a result before it is written or proposed: nothing may get worse. What was wrong
    /// already stays a warning, so that a file can be put together, or mended, step by step.
    private void check(byte[] former, byte[] octets, String name) throws EditRefused {
        Reading<ClusterConfig> result = ConfigReader.parse(octets, name);
        int before = former.length == 0
                ? 0
                : ConfigReader.parse(former, name).errors().size();
        String errors = result.errors().stream().map(Problem::toString).collect(Collectors.joining("\n"));
        if (result.errors().size() > before) {
            throw new EditRefused("the change isn't made: the result wouldn't be valid\n" + errors);
        }
        result.errors().forEach(problem -> err.println("warning: " + problem));
    }

    private int write(byte[] former, byte[] octets) throws IOException, EditRefused {
        Path target = output == null || output.equals("-") ? input : Path.of(output);
        boolean shown = "-".equals(output);
        boolean own = !shown && same(target, layout.clusterConf());
        if (own && clusterRuns()) {
            return propose(former, octets);
        }
        check(former, octets, String.valueOf(target.getFileName()));
        if (shown) {
            out.write(octets);
        } else {
            keep(target);
            AtomicFile.write(target, octets);
        }
        if (!force) {
            return 0;
        }
        out.println("running ccs_tool update...");
        return new Update(layout, out, err).run(octets, String.valueOf(target.getFileName()), 0);
    }

    /// Where a cluster runs, it decides what becomes of the node's own file: ccsd writes it, on all
    /// nodes, once they agree. Until then nothing is touched.
    private int propose(byte[] former, byte[] octets) throws IOException, EditRefused {
        Path own = layout.clusterConf();
        if (!update && !force) {
            throw new EditRefused(
                    own + " is the running cluster's: write the change elsewhere with -o FILE, or leave" + " out -C");
        }
        Present present;
        try {
            present = ConfigUpdate.present(layout.socket("ccsd"));
        } catch (NotRunningException e) {
            throw new EditRefused(
                    "the cluster runs, but ccsd doesn't, which agrees with the other nodes on " + own + ": start it");
        }
        if (!present.quorate()) {
            throw new EditRefused("Cluster is not quorate");
        }
        Optional<ConfigVersion> base = Optional.empty();
        if (same(input, own)) {
            stale(former, present);
            base = Optional.of(ConfigUpdate.version(present));
        }
        out.println("running ccs_tool update...");
        int status = new Update(layout, out, err).run(octets, String.valueOf(own.getFileName()), 0, base);
        if (status == 0) {
            try {
                AtomicFile.write(old(own), present.octets());
            } catch (IOException e) {
                err.println("warning: the former file isn't kept as " + old(own) + ": " + e.getMessage());
            }
        }
        return status;
    }

    /// A file that isn't what the cluster has can't be what a change is made to, unless it is newer.
    private void stale(byte[] former, Present present) throws EditRefused {
        String sha256 = ConfigReader.sha256(former);
        int number = ConfigReader.parse(former, "cluster.conf")
                .config()
                .map(ClusterConfig::version)
                .orElse(Integer.MAX_VALUE);
        ConfigVersion inForce = ConfigUpdate.version(present);
        if (number <= inForce.number() && !sha256.equals(inForce.sha256())) {
            // A change that came first may be on its way to this disk.
            if (Patience.until(ON_ITS_WAY_MS, 50, () -> !Arrays.equals(former, present(input)))) {
                throw new EditRefused(Update.cameFirst(inForce));
            }
            throw new EditRefused("cluster.conf of this node, version " + new ConfigVersion(number, sha256)
                    + ", isn't the cluster's, " + inForce + ": give what was changed by hand to ccs_tool update under a"
                    + " higher config_version, or restart ccsd, which puts the cluster's file there");
        }
    }

    private static byte[] present(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            return new byte[0];
        }
    }

    private boolean clusterRuns() throws IOException {
        try {
            CommandClient.connect(layout.socket("cman"), CommandClient.QUICK).close();
            return true;
        } catch (NotRunningException e) {
            return false;
        }
    }

    private static boolean same(Path a, Path b) throws IOException {
        return a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize())
                || Files.exists(a) && Files.exists(b) && Files.isSameFile(a, b);
    }

    private static Path old(Path file) {
        return file.resolveSibling(file.getFileName() + ".old");
    }

    private static void keep(Path file) throws IOException {
        if (Files.exists(file)) {
            Files.copy(file, old(file), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }
}
