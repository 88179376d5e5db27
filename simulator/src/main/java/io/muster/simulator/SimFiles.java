package io.muster.simulator;

import io.muster.machine.Files;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// A machine's disk: survives its machine's crashes, may be full or read-only.
public final class SimFiles implements Files {
    private final SortedMap<Path, byte[]> files = new TreeMap<>();
    private final SortedSet<Path> programs = new TreeSet<>();
    private String refusal = "";

    /// From now on every write fails, with these words; empty for none.
    public void refuseWrites(String why) {
        refusal = why;
    }

    /// Puts a program there.
    public void install(Path program) {
        programs.add(program);
    }

    /// As a careless hand does it: whatever the disk says.
    public void put(Path file, byte[] octets) {
        files.put(file, octets.clone());
    }

    @Override
    public Optional<byte[]> read(Path file, int mostBytes) {
        byte[] octets = files.get(file);
        return octets == null
                ? Optional.empty()
                : Optional.of(java.util.Arrays.copyOf(octets, Math.min(octets.length, mostBytes)));
    }

    @Override
    public void write(Path file, byte[] octets) throws IOException {
        if (!refusal.isEmpty()) {
            throw new IOException(file + ": " + refusal);
        }
        files.put(file, octets.clone());
    }

    @Override
    public void writeSecret(Path file, byte[] octets) throws IOException {
        write(file, octets);
    }

    @Override
    public void delete(Path file) throws IOException {
        if (!refusal.isEmpty() && files.containsKey(file)) {
            throw new IOException(file + ": " + refusal);
        }
        files.remove(file);
    }

    @Override
    public boolean exists(Path file) {
        return files.containsKey(file)
                || programs.contains(file)
                || files.keySet().stream().anyMatch(one -> one.startsWith(file))
                || programs.stream().anyMatch(one -> one.startsWith(file));
    }

    @Override
    public boolean executable(Path file) {
        return programs.contains(file);
    }

    @Override
    public List<Path> list(Path directory) {
        var found = new TreeSet<Path>();
        for (Path path : files.keySet()) {
            if (directory.equals(path.getParent())) {
                found.add(path);
            }
        }
        for (Path path : programs) {
            if (directory.equals(path.getParent())) {
                found.add(path);
            }
        }
        return new ArrayList<>(found);
    }
}
