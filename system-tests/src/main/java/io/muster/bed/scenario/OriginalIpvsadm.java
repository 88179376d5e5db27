package io.muster.bed.scenario;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Debian's `ipvsadm`, run from one shell that stays: where system calls are dear, starting it from a JVM each time
/// takes longer than all it does.
///
/// Thread: one.
final class OriginalIpvsadm implements AutoCloseable {
    private final Path directory;
    private final Process shell;
    private final Writer to;
    private final BufferedReader from;

    /// @param inside what runs the shell elsewhere: `ip netns exec NAME`; nothing for here
    OriginalIpvsadm(Path directory, List<String> inside) throws IOException {
        this.directory = Files.createDirectories(directory);
        var command = new java.util.ArrayList<>(inside);
        command.addAll(List.of("sh", "-s"));
        shell = new ProcessBuilder(command)
                .redirectError(directory.resolve("shell").toFile())
                .start();
        to = shell.outputWriter(StandardCharsets.UTF_8);
        from = shell.inputReader(StandardCharsets.UTF_8);
    }

    /// @param words the program and its arguments
    /// @param input its standard input
    Said run(List<String> words, String input) throws IOException {
        Path in = directory.resolve("in");
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Files.writeString(in, input);
        var line = new StringBuilder();
        for (String word : words) {
            line.append('\'').append(word.replace("'", "'\\''")).append("' ");
        }
        to.write(line + "<'" + in + "' >'" + out + "' 2>'" + err + "'; echo $?\n");
        to.flush();
        String status = from.readLine();
        if (status == null) {
            throw new IOException("the shell ended: " + Files.readString(directory.resolve("shell")));
        }
        return new Said(Integer.parseInt(status.strip()), Files.readString(out), Files.readString(err));
    }

    @Override
    public void close() throws IOException {
        to.close();
        shell.destroy();
    }

    /// What a command says.
    record Said(int status, String out, String err) {}
}
