package io.muster.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Cores decide and never do: no clock, socket, file, thread, logger or unseeded dice outside the
/// packages made for them.
class CorePurityTest {
    private static final DescribedPredicate<JavaClass> ARE_CORES =
            DescribedPredicate.describe("are cores", HouseClasses::isCore);

    private static final Set<String> CLOCKS = Set.of("nanoTime", "currentTimeMillis", "getenv", "exit");

    private static final Set<String> RESOLVERS =
            Set.of("getAllByName", "getByName", "getHostName", "getCanonicalHostName", "getLocalHost", "isReachable");

    private static final List<String> FORBIDDEN = List.of(
            "java.net.Socket",
            "java.net.ServerSocket",
            "java.net.DatagramSocket",
            "java.nio.channels.",
            "java.nio.file.Files",
            "java.io.File",
            "java.lang.Thread",
            "java.lang.Process",
            "java.util.concurrent.Executor",
            "java.util.concurrent.ScheduledExecutor",
            "java.util.concurrent.locks.",
            "java.util.Timer",
            "java.util.logging.",
            "org.slf4j.",
            "ch.qos.logback.",
            "io.netty.channel.",
            "io.netty.bootstrap.",
            "com.sun.jna.");

    @Test
    void coresUseNoSocketFileThreadOrLogger() {
        noClasses()
                .that(ARE_CORES)
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are sockets, files, threads or loggers",
                        c -> FORBIDDEN.stream().anyMatch(c.getName()::startsWith)))
                .check(HouseClasses.all());
    }

    @Test
    void coresReadNoClockAndRollNoUnseededDice() {
        noClasses()
                .that(ARE_CORES)
                .should()
                .accessTargetWhere(DescribedPredicate.describe(
                        "is a clock, the environment or unseeded dice", CorePurityTest::clockOrDice))
                .check(HouseClasses.all());
    }

    @Test
    void whoMayDoIsThere() {
        assertEquals(Set.of(), HouseClasses.namedInVain(), "strike them off: there is nothing of these names");
    }

    private static boolean clockOrDice(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        String name = access.getTarget().getName();
        return switch (owner) {
            case "java.lang.System" -> CLOCKS.contains(name);
            case "java.time.Instant", "java.time.LocalDateTime", "java.time.ZonedDateTime", "java.time.Clock" ->
                name.equals("now") || name.startsWith("system");
            // An address is a value; asking a name server for one is not.
            case "java.net.InetAddress" -> RESOLVERS.contains(name);
            case "java.lang.Math" -> name.equals("random");
            case "java.util.UUID" -> name.equals("randomUUID");
            case "java.util.Random" ->
                access instanceof JavaCall<?> call
                        && name.equals("<init>")
                        && call.getTarget().getRawParameterTypes().isEmpty();
            case "java.security.SecureRandom", "java.util.concurrent.ThreadLocalRandom" -> true;
            default -> false;
        };
    }
}
