package io.muster.cluster.cli;

import io.muster.daemon.Layout;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The runs of all tools whose start-up caches are one: each in turn, in this process, its output thrown away.
final class TrainingTools {
    private static final Map<String, List<List<String>>> RUNS = Map.of(
            "tools",
            List.of(
                    List.of("io.muster.cman.cli.CmanTool", "status"),
                    List.of("io.muster.cman.cli.CmanTool", "nodes"),
                    List.of("io.muster.cman.cli.GroupTool"),
                    List.of("io.muster.fence.cli.FenceTool", "ls"),
                    List.of("io.muster.service.cli.Clustat"),
                    List.of("io.muster.service.cli.Clusvcadm", "-h"),
                    List.of("io.muster.cluster.cli.RecordedIpvsadm", "-Ln"),
                    List.of("io.muster.cluster.cli.RecordedIpvsadm", "-A", "-t", "10.1.1.9:80", "-s", "wlc"),
                    // Ends for want of the device: what speaks to the kernel has been loaded by then.
                    List.of(
                            "io.muster.pulse.cli.SendArp",
                            "-i",
                            "none",
                            "10.0.0.1",
                            "020000000001",
                            "10.0.0.1",
                            "ffffffffffff")),
            "xmltools",
            List.of(List.of("io.muster.ccs.cli.CcsTool", "lsnode"), List.of("io.muster.config.cli.ConfigValidate")));

    static final Set<String> NAMES = RUNS.keySet();

    private TrainingTools() {}

    static void run(String which) {
        RUNS.getOrDefault(which, List.of()).forEach(TrainingTools::tool);
    }

    private static void tool(List<String> line) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        try {
            Class<?> type = Class.forName(line.getFirst());
            String[] args = line.subList(1, line.size()).toArray(String[]::new);
            type.getMethod("run", String[].class, PrintStream.class, PrintStream.class)
                    .invoke(make(type), args, nowhere, nowhere);
        } catch (ReflectiveOperationException | LinkageError e) {
            System.err.println("training: " + line + ": " + e);
        }
    }

    private static Object make(Class<?> type) throws ReflectiveOperationException {
        @Nullable Constructor<?> withLayout = null;
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            List<Class<?>> takes = List.of(constructor.getParameterTypes());
            if (takes.isEmpty()) {
                constructor.setAccessible(true);
                return constructor.newInstance();
            }
            if (takes.equals(List.of(Layout.class))) {
                withLayout = constructor;
            }
        }
        if (withLayout == null) {
            throw new NoSuchMethodException(type + ": no constructor for a training run");
        }
        withLayout.setAccessible(true);
        return withLayout.newInstance(Layout.fromEnvironment());
    }
}
