package io.muster.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// bash's completion: made from the man pages, and what it offers when it is asked.
class CompletionTest {
    private static final Path FILE = SourceTree.root().resolve("distribution/src/main/completion/muster.bash");

    /// Commands that tell a word they don't know.
    private static final Set<String> CHECKED =
            Set.of("ccs_tool", "ccs_test", "cman_tool", "fence_tool", "lvsctl", "rg_test");

    private final SortedMap<String, ManPage> pages = ManPage.all();

    @TempDir
    private Path root;

    /// After a change of a page: run with `-Dmuster.rewrite=true`, and look at the difference.
    @Test
    void theScriptIsMadeFromTheManPages() throws IOException {
        String made = new Completion(pages).script();
        if (Boolean.getBoolean("muster.rewrite")) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, made);
        }
        assertEquals(made, Files.readString(FILE));
    }

    @Test
    void noCommandRefusesAWordOfItsSynopsis() {
        var wrong = new TreeSet<String>();
        SourceTree.commands().forEach((command, mainClass) -> {
            if (!CHECKED.contains(command)) {
                return;
            }
            ManPage page = pages.getOrDefault(command + ".8", ManPage.of(command, ""));
            var words = Completion.words(page).getOrDefault("", new TreeSet<>());
            assertTrue(words.size() > 2, command + ": " + words);
            for (String word : words) {
                String said =
                        new CommandProbe(mainClass, root).run(word, "-\u0001").err();
                if (said.toLowerCase(java.util.Locale.ROOT).contains("unknown")) {
                    wrong.add(command + " " + word + ": "
                            + said.lines().findFirst().orElse(""));
                }
            }
        });
        assertEquals(Set.of(), wrong);
    }

    @Test
    void wordsOptionsNodesAndServicesAreOffered() throws IOException, InterruptedException {
        Path conf = Files.createDirectories(root.resolve("etc/cluster")).resolve("cluster.conf");
        Files.writeString(conf, """
                <cluster name="c" config_version="1">
                  <clusternode nodeid="1" name="pier1"/> <!-- and -->
                  <clusternode name='pier2' nodeid="2"/>
                  <service name="web"/>
                </cluster>
                """);
        assertEquals("addfence addnode addnodeids", offered("ccs_tool", "add"));
        assertEquals("-C -F -a -c -f -h -n -o -v", offered("ccs_tool", "addnode", "-"));
        assertEquals("pier1 pier2", offered("clusvcadm", "-r", "web", "-m", ""));
        assertEquals("web", offered("/usr/sbin/clusvcadm", "-r", ""));
        assertEquals("pier2", offered("fence_node", "-S", "pier2"));
        assertEquals("force remove", offered("cman_tool", "leave", ""));
        assertEquals("status", offered("cman_tool", "-f", "st"));
        assertEquals("down status up", offered("lvsctl", "realserver", ""));
        assertEquals("keygen replay simulate", offered("muster", ""));
        assertEquals("--metrics", offered("lvsd", "--m"));
        assertEquals(conf.toString(), offered("ccs_tool", "update", root + "/etc/cluster/clu"));
        assertEquals(conf.toString(), offered("ccs_config_validate", "-f", root + "/etc/cluster/clu"));
        assertEquals("", offered("clustat", "nonsense", "x"));
    }

    /// bash looks for a file of the command's name, man for one in its section.
    @Test
    void whatIsInstalledIsCompletedAndExplained() throws IOException, InterruptedException {
        String script = "home=$1; source \"$1/distribution/src/main/scripts/install.sh\";"
                + " install_man \"$2/man\"; install_completion \"$2/completions\"";
        Process process = new ProcessBuilder(
                        "bash", "-euc", script, "bash", SourceTree.root().toString(), root.toString())
                .inheritIO()
                .start();
        assertEquals(0, process.waitFor());
        var commands = new TreeSet<String>();
        pages.forEach((name, page) -> {
            assertTrue(Files.isRegularFile(root.resolve("man/man" + page.section + "/" + name)), name);
            if (page.section.equals("8")) {
                commands.add(page.name);
            }
        });
        var completed = new TreeSet<String>();
        try (var files = Files.list(root.resolve("completions"))) {
            files.filter(Files::isRegularFile)
                    .forEach(file -> completed.add(file.getFileName().toString()));
        }
        assertEquals(commands, completed);
    }

    private String offered(String... line) throws IOException, InterruptedException {
        String script = "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _muster;"
                + " printf '%s\\n' \"${COMPREPLY[@]}\" | sort | tr '\\n' ' '";
        var command = new java.util.ArrayList<>(List.of("bash", "-c", script, "bash", FILE.toString()));
        command.addAll(List.of(line));
        ProcessBuilder bash = new ProcessBuilder(command).redirectErrorStream(true);
        bash.environment().put("MUSTER_ROOT", root.toString());
        bash.environment().put("LC_ALL", "C");
        Process process = bash.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.strip();
    }
}
