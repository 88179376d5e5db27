package io.muster.os;

import io.muster.daemon.Layout;
import io.muster.end.EndFacts;
import io.muster.end.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// The one door through which this machine is ended now: for a file system that won't unmount, a
/// watchdog, a node that the quorum disk evicts. Nothing is written back: what this node held is
/// another's as soon as it is gone.
///
/// What it may end is decided by [EndFacts] when the door is made, not when it is used: by then the
/// disk with those files may not answer any more. Who can't be ended has failed to stop, and says so.
///
/// Thread: any; [#end] blocks.
public final class EndDoor {
    /// How long drivers may take to shut down devices before the machine is reset without them.
    private static final long REBOOT_MS = 5_000;

    private static final long PULL_MS = 10_000;
    private static final Path PROC = Path.of("/proc");
    private static final int RUNS_STILL = -1;

    private final Ending ending;
    private final Levers levers;
    private final long rebootMs;

    EndDoor(Ending ending, Levers levers, long rebootMs) {
        this.ending = ending;
        this.levers = levers;
        this.rebootMs = rebootMs;
    }

    /// The door of the node whose files lie there.
    public static EndDoor open(Layout layout) {
        return new EndDoor(facts(layout).ending(), RealLevers.INSTANCE, REBOOT_MS);
    }

    /// One that pulls other levers: for tests.
    public static EndDoor of(Ending ending, Levers levers) {
        return new EndDoor(ending, levers, REBOOT_MS);
    }

    /// What it would do.
    public Ending ending() {
        return ending;
    }

    /// Ends this machine. Returns only if that can't be done.
    ///
    /// @param reason for whoever looks at the console
    /// @return why it is still there
    public String end(String reason) {
        return switch (ending) {
            case Ending.Refused(List<String> reasons) -> String.join("; ", reasons);
            case Ending.Pull(List<String> command) -> {
                int status = levers.pull(command, PULL_MS);
                yield "the plug " + command.getFirst() + " was pulled (status " + status + "), and nothing ended";
            }
            case Ending.Reset() -> reset(reason);
        };
    }

    private String reset(String reason) {
        var failures = new ArrayList<String>();
        try {
            levers.say("muster: this machine is reset: " + reason.replace('\n', ' '));
        } catch (IOException e) {
            failures.add("the kernel's log: " + e.getMessage());
        }
        // On a thread of its own: a device that doesn't answer must not keep the machine alive.
        var result = new AtomicInteger(RUNS_STILL);
        var returned = new CountDownLatch(1);
        Thread.ofPlatform().daemon().name("reboot").start(() -> {
            result.set(levers.reboot());
            returned.countDown();
        });
        try {
            if (!returned.await(rebootMs, TimeUnit.MILLISECONDS)) {
                failures.add("reboot: still at it after " + rebootMs + " ms");
            } else {
                failures.add("reboot: " + (result.get() == 0 ? "nothing happened" : Errno.words(result.get())));
            }
        } catch (InterruptedException e) {
            // Whoever wants this thread to end gets more than that.
            Thread.currentThread().interrupt();
        }
        try {
            levers.sysrq();
            failures.add("sysrq: nothing happened");
        } catch (IOException e) {
            failures.add("sysrq: " + e.getMessage());
        }
        return String.join("; ", failures);
    }

    static EndFacts facts(Layout layout) {
        return new EndFacts(
                layout.root(),
                plug(layout.run().resolve(EndFacts.PLUG)),
                declared(EndFacts.DECLARATION),
                namespace("pid"),
                namespace("user"),
                sameDirectory(PROC.resolve("1/root"), Path.of("/")));
    }

    private static Optional<List<String>> plug(Path file) {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Arrays.stream(Files.readString(file).strip().split("\\s+"))
                    .filter(word -> !word.isEmpty())
                    .toList());
        } catch (IOException e) {
            // It is there, so this is a bed's node, whatever it says.
            return Optional.of(List.of());
        }
    }

    static boolean declared(Path file) {
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS);
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS) instanceof Integer uid
                    && uid == 0
                    && !mode.contains(PosixFilePermission.GROUP_WRITE)
                    && !mode.contains(PosixFilePermission.OTHERS_WRITE);
        } catch (IOException e) {
            return false;
        }
    }

    /// The number in the link `/proc/self/ns/KIND`, as in `pid:[4026531836]`.
    static OptionalLong namespace(String kind) {
        try {
            String link = Files.readSymbolicLink(PROC.resolve("self/ns").resolve(kind))
                    .toString();
            return OptionalLong.of(Long.parseLong(link.substring(link.indexOf('[') + 1, link.length() - 1)));
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static boolean sameDirectory(Path one, Path other) {
        try {
            return Files.isSameFile(one, other);
        } catch (IOException e) {
            return false;
        }
    }
}
