package io.muster.simulator;

import io.muster.machine.Files;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// A machine's disk: survives its machine's crashes, may be full in places, may fail to make durable
/// what it is given, and may lose power between two changes.
public final class SimFiles implements Files {
    private final SortedMap<Path, byte[]> files = new TreeMap<>();
    private final SortedSet<Path> programs = new TreeSet<>();
    /// By place: why nothing can be written below it.
    private final SortedMap<Path, String> refusals = new TreeMap<>();
    private @org.jspecify.annotations.Nullable Random syncsFail;
    private int changesLeft = Integer.MAX_VALUE;
    private Runnable powerLoss = () -> {};

    /// From now on every write fails, with these words; empty for none.
    public void refuseWrites(String why) {
        refuseWrites(Path.of("/"), why);
    }

    /// From now on every write below a place fails, with these words; empty for none.
    public void refuseWrites(Path place, String why) {
        if (why.isEmpty()) {
            refusals.remove(place);
        } else {
            refusals.put(place, why);
        }
    }

    /// From now on nothing can be made durable: every change fails, and whether it was made all the same
    /// the dice say; null ends that.
    public void failSyncs(@org.jspecify.annotations.Nullable Random dice) {
        syncsFail = dice;
    }

    /// After so many more changes, and before the next, the power goes.
    ///
    /// @param what ends the machine
    public void powerLossAfter(int changes, Runnable what) {
        changesLeft = changes;
        powerLoss = what;
    }

    /// Whatever ails it is over.
    public void heal() {
        refusals.clear();
        syncsFail = null;
        changesLeft = Integer.MAX_VALUE;
    }

    /// Puts a program there.
    public void install(Path program) {
        programs.add(program);
    }

    /// As a careless hand does it: whatever the disk says.
    public void put(Path file, byte[] octets) {
        files.put(file, octets.clone());
    }

    /// All below a directory is gone: it was in memory, or a careless hand removed it.
    public void lose(Path directory) {
        files.keySet().removeIf(file -> file.startsWith(directory));
    }

    /// Turns bits, or cuts off the end, in all files below a directory.
    ///
    /// @return how many there were
    public int damage(Path directory, Random dice) {
        int damaged = 0;
        for (var file : files.entrySet()) {
            byte[] octets = file.getValue();
            if (file.getKey().startsWith(directory) && octets.length > 0) {
                int at = dice.nextInt(octets.length);
                if (dice.nextBoolean()) {
                    octets[at] ^= (byte) (1 << dice.nextInt(8));
                } else {
                    file.setValue(java.util.Arrays.copyOf(octets, at));
                }
                damaged++;
            }
        }
        return damaged;
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
        change(file, () -> files.put(file, octets.clone()));
    }

    @Override
    public void writeSecret(Path file, byte[] octets) throws IOException {
        write(file, octets);
    }

    @Override
    public void delete(Path file) throws IOException {
        if (files.containsKey(file)) {
            change(file, () -> files.remove(file));
        }
    }

    private void change(Path file, Runnable what) throws IOException {
        for (var refusal : refusals.entrySet()) {
            if (file.startsWith(refusal.getKey())) {
                throw new IOException(file + ": " + refusal.getValue());
            }
        }
        if (syncsFail != null) {
            if (syncsFail.nextBoolean()) {
                what.run();
            }
            throw new IOException(file + ": Input/output error");
        }
        if (changesLeft != Integer.MAX_VALUE && --changesLeft < 0) {
            changesLeft = Integer.MAX_VALUE;
            powerLoss.run();
            throw new IOException(file + ": the power is gone");
        }
        what.run();
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
    public Optional<Path> real(Path file) {
        return exists(file) ? Optional.of(file) : Optional.empty();
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
