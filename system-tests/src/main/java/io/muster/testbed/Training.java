package io.muster.testbed;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Loads and runs what a command or daemon needs at its start, so that the JVM can write a start-up (AOT) cache.
///
/// Run by `./muster build` with `-XX:AOTCacheOutput`; nothing it does reaches a cluster, because its MUSTER_ROOT is an
/// empty directory. A class that is missing or refuses to run only makes the cache poorer.
public final class Training {
    private static final List<String> TOOLS = List.of(
            "io.muster.cman.cli.CmanTool status",
            "io.muster.cman.cli.CmanTool nodes",
            "io.muster.cman.cli.CmanTool -h",
            "io.muster.cman.cli.GroupTool",
            "io.muster.fence.cli.FenceTool ls",
            "io.muster.service.cli.Clustat",
            "io.muster.service.cli.Clusvcadm -h",
            "io.muster.ccs.cli.CcsTool -h");

    private Training() {}

    public static void main(String[] args) {
        if (args[0].equals("tool")) {
            for (String line : TOOLS) {
                List<String> words = List.of(line.split(" "));
                tool(words.getFirst(), words.subList(1, words.size()).toArray(String[]::new));
            }
        } else {
            daemon(args[1]);
        }
        // Daemons leave threads behind; the cache is written at exit either way.
        System.exit(0);
    }

    private static void tool(String name, String[] args) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        try {
            Class<?> type = Class.forName(name);
            Object tool = type.getDeclaredConstructor().newInstance();
            type.getMethod("run", String[].class, PrintStream.class, PrintStream.class)
                    .invoke(tool, args, nowhere, nowhere);
        } catch (ReflectiveOperationException | LinkageError e) {
            say(name, e);
        }
    }

    private static void daemon(String name) {
        try {
            Class.forName(name).getMethod("train").invoke(null);
        } catch (NoSuchMethodException e) {
            load(name);
        } catch (InvocationTargetException e) {
            say(name, e);
        } catch (ReflectiveOperationException | LinkageError e) {
            say(name, e);
        }
    }

    private static void load(String name) {
        try {
            Class.forName(name);
        } catch (ReflectiveOperationException | LinkageError e) {
            say(name, e);
        }
    }

    private static void say(String name, Throwable why) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        why.printStackTrace(new PrintStream(text, true, StandardCharsets.UTF_8));
        System.out.println(name + ": " + text.toString(StandardCharsets.UTF_8));
    }
}
