package io.muster.bench;

import io.muster.bed.Shell;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A program that takes part in `muster bench order`: it is told what to do in lines, and answers in lines.
final class OrderPeer implements AutoCloseable {
    private final Process process;
    private final BufferedWriter in;
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    private final String name;

    OrderPeer(String name, List<String> command, Path log) throws IOException {
        this.name = name;
        process = Shell.builder(Map.of(), command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        in = process.outputWriter(StandardCharsets.UTF_8);
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        Thread.ofVirtual().start(() -> out.lines().forEach(said::add));
    }

    void tell(String line) throws IOException {
        in.write(line);
        in.newLine();
        in.flush();
    }

    /// The words after `word` of the next line that begins with it.
    long[] await(String word, int limitMs) throws InterruptedException {
        long deadlineNs = System.nanoTime() + limitMs * 1_000_000L;
        while (true) {
            String line = said.poll(Math.max(0, deadlineNs - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (line == null) {
                throw new IllegalStateException(name + " didn't say \"" + word + "\" within " + limitMs + " ms");
            }
            String[] words = line.split(" ");
            if (words[0].equals(word)) {
                long[] numbers = new long[words.length - 1];
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = Long.parseLong(words[i + 1]);
                }
                return numbers;
            }
        }
    }

    @Override
    public void close() {
        try {
            tell("quit");
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (IOException e) {
            // It is gone already.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
