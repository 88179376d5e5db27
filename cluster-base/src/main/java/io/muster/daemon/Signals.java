package io.muster.daemon;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// Signals a daemon wants to hear of instead of ending: `HUP` to read its file again, say.
///
/// Thread: any; what is registered runs on a thread the JVM starts for each signal, so it posts an event and is done.
/// Source of the mechanism: `sun.misc.Signal` of module `jdk.unsupported`, reached by name because javac warns of
/// every direct use and the warning can't be silenced.
public final class Signals {
    private static final Map<String, List<Runnable>> TASKS = new ConcurrentHashMap<>();

    private Signals() {}

    /// Runs a task at each coming of a signal, in place of what the JVM would do, and after those that were
    /// registered for it before.
    ///
    /// @param name without SIG: `HUP`, `USR1`
    /// @throws IllegalArgumentException for a signal that doesn't exist or that the JVM keeps for itself (`SEGV`,
    ///     `QUIT`); HUP, USR1 and USR2 are free
    public static synchronized void on(String name, Runnable task) {
        List<Runnable> tasks = TASKS.computeIfAbsent(name, any -> new CopyOnWriteArrayList<>());
        if (tasks.isEmpty()) {
            handle(name, () -> tasks.forEach(Runnable::run));
        }
        tasks.add(task);
    }

    private static void handle(String name, Runnable task) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object calling = Proxy.newProxyInstance(
                    handler.getClassLoader(),
                    new Class<?>[] {handler},
                    (self, method, arguments) -> switch (method.getName()) {
                        case "handle" -> {
                            task.run();
                            yield null;
                        }
                        case "hashCode" -> System.identityHashCode(self);
                        case "equals" -> arguments != null && self == arguments[0];
                        default -> "on SIG" + name;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), calling);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException("SIG" + name + ": " + e.getTargetException(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM has no signals", e);
        }
    }
}
