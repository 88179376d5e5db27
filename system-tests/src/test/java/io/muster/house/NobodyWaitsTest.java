package io.muster.house;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Condition;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Nobody who decides waits, and nobody who runs a core: what is awaited comes as an event, and when to
/// go on is a deadline of a core. A command waits in one class of the driver, `Patience`.
///
/// What counts as waiting is listed in [#waits]. Netty's futures may be awaited where a socket is
/// opened or closed.
class NobodyWaitsTest {
    private static final String PATIENCE = "io.muster.driver.Patience";

    /// Where threads and clocks are at home.
    private static final Set<String> DRIVING = Set.of("io.muster.driver", "io.muster.control", "io.muster.machine");

    /// `native` is what waits for programs and disks.
    private static final Set<String> ELSEWHERE = Set.of("native");

    /// What the driver may use: what daemons are made of, and nothing of any of them.
    private static final Pattern BESIDE_THE_DRIVER =
            Pattern.compile("io\\.muster\\.(cli|control|core|driver|machine|wire)(\\.[A-Z].*)?");

    private static final Pattern NAME = Pattern.compile("io\\.muster(\\.[a-z]+)+");

    @Test
    void coresAndDaemonsNeverWait() {
        var mending = new Mending("cores and daemons never wait and read no clock");
        inspect(
                mending,
                c -> !DRIVING.contains(c.getPackageName()) && !HouseClasses.isCommand(c),
                NobodyWaitsTest::waitsOrReadsClock);
        mending.check();
    }

    @Test
    void commandsWaitOnlyInTheDriver() {
        var mending = new Mending("commands wait only in " + PATIENCE);
        inspect(mending, HouseClasses::isCommand, NobodyWaitsTest::waits);
        mending.check();
    }

    @Test
    void theDriverHasOneClassThatWaits() {
        var mending = new Mending("the driver sleeps and counts down nowhere but in " + PATIENCE);
        inspect(
                mending,
                c -> DRIVING.contains(c.getPackageName())
                        && !HouseClasses.outermost(c).equals(PATIENCE),
                access -> sleeps(access) || isLatch(access));
        mending.check();
    }

    @Test
    void theDriverNamesNothingOfADaemon() {
        var mending = new Mending("the driver knows no daemon");
        JavaClasses classes = HouseClasses.modules().get("cluster-base");
        for (JavaClass c : classes) {
            if (c.getPackageName().equals("io.muster.driver")
                    || c.getPackageName().equals("io.muster.machine")) {
                for (Dependency dependency : c.getDirectDependenciesFromSelf()) {
                    String target =
                            dependency.getTargetClass().getBaseComponentType().getName();
                    if (target.startsWith("io.muster.")
                            && !BESIDE_THE_DRIVER.matcher(target).matches()) {
                        mending.found(HouseClasses.outermost(c), dependency.getDescription());
                    }
                }
            }
        }
        namesInText(mending);
        mending.check();
    }

    /// A name in a string would be the same arrow, drawn by reflection.
    private static void namesInText(Mending mending) {
        SourceTree.files().stream()
                .filter(file -> file.toString().matches(".*/cluster-base/src/main/java/io/muster/(driver|machine)/.*"))
                .forEach(file -> SourceTree.read(file)
                        .lines()
                        .filter(line -> !line.strip().startsWith("//"))
                        .forEach(line -> {
                            Matcher name = NAME.matcher(line);
                            while (name.find()) {
                                if (!BESIDE_THE_DRIVER.matcher(name.group()).matches()) {
                                    mending.found(
                                            SourceTree.root().relativize(file).toString(), line.strip());
                                }
                            }
                        }));
    }

    private static void inspect(Mending mending, Predicate<JavaClass> who, Predicate<JavaAccess<?>> what) {
        HouseClasses.product().forEach((module, classes) -> {
            if (!ELSEWHERE.contains(module)) {
                for (JavaClass c : classes) {
                    if (who.test(c)) {
                        c.getAccessesFromSelf().stream()
                                .filter(what)
                                .forEach(access -> mending.found(HouseClasses.outermost(c), access.getDescription()));
                    }
                }
            }
        });
    }

    private static boolean waitsOrReadsClock(JavaAccess<?> access) {
        return waits(access) || is(access, "java.lang.System", "nanoTime");
    }

    private static boolean waits(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        String name = access.getTarget().getName();
        return sleeps(access)
                || isLatch(access)
                || is(access, "java.lang.Thread", "join")
                || is(access, "java.util.concurrent.TimeUnit", "timedJoin")
                || is(access, "java.util.concurrent.TimeUnit", "timedWait")
                || is(access, "java.lang.Object", "wait")
                || is(access, "java.lang.Process", "waitFor")
                || (owner.getName().equals("java.util.concurrent.locks.LockSupport") && name.startsWith("park"))
                || (owner.isAssignableTo(Condition.class) && name.startsWith("await"))
                || (owner.isAssignableTo(ExecutorService.class) && name.equals("awaitTermination"))
                || (owner.isAssignableTo(Future.class) && (name.equals("get") || name.equals("join")))
                || (owner.isAssignableTo(BlockingQueue.class) && isPatient(access, name));
    }

    private static boolean sleeps(JavaAccess<?> access) {
        return is(access, "java.lang.Thread", "sleep") || is(access, "java.util.concurrent.TimeUnit", "sleep");
    }

    private static boolean isLatch(JavaAccess<?> access) {
        return switch (access.getTargetOwner().getName()) {
            case "java.util.concurrent.CountDownLatch",
                    "java.util.concurrent.CyclicBarrier",
                    "java.util.concurrent.Exchanger",
                    "java.util.concurrent.Phaser",
                    "java.util.concurrent.Semaphore" -> true;
            default -> false;
        };
    }

    /// `take`, and `poll` or `offer` with a time.
    private static boolean isPatient(JavaAccess<?> access, String name) {
        int parameters = access.getTarget() instanceof CodeUnitAccessTarget target
                ? target.getRawParameterTypes().size()
                : 0;
        return name.equals("take")
                || (name.equals("poll") && parameters > 0)
                || (name.equals("offer") && parameters > 1);
    }

    private static boolean is(JavaAccess<?> access, String owner, String name) {
        return access.getTargetOwner().getName().equals(owner)
                && access.getTarget().getName().equals(name);
    }
}
