package io.muster.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Cores decide and never do: no clock, socket, file, thread, logger or unseeded dice outside the packages made for
/// them.
class CorePurityTest {
    /// Where doing is allowed. Everything else is a core.
    private static final Set<String> DOERS = Set.of(
            "io.muster.driver",
            "io.muster.control",
            "io.muster.daemon",
            "io.muster.cli",
            "io.muster.os",
            "io.muster.testbed",
            "io.muster.lab",
            "io.muster.cluster");

    /// Classes in core packages whose trade is files or processes, named one by one.
    private static final Set<String> NAMED = Set.of(
            "io.muster.config.ConfigReader",
            "io.muster.config.ThisMachine",
            "io.muster.simulator.Transcript",
            "io.muster.resource.MetadataSet");

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

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(l -> !l.contains("/test-classes/"))
            .importPaths(SourceTree.modules().stream()
                    .map(m -> SourceTree.root().resolve(m).resolve("target/classes"))
                    .filter(p -> p.toFile().isDirectory())
                    .toArray(Path[]::new));

    @Test
    void coresUseNoSocketFileThreadOrLogger() {
        noClasses()
                .that(areCores())
                .should()
                .dependOnClassesThat(new DescribedPredicate<JavaClass>("are sockets, files, threads or loggers") {
                    @Override
                    public boolean test(JavaClass c) {
                        return FORBIDDEN.stream().anyMatch(f -> c.getName().startsWith(f));
                    }
                })
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void coresReadNoClockAndRollNoUnseededDice() {
        noClasses()
                .that(areCores())
                .should()
                .accessTargetWhere(
                        new DescribedPredicate<JavaAccess<?>>("is a clock, the environment or unseeded dice") {
                            @Override
                            public boolean test(JavaAccess<?> access) {
                                return clockOrDice(access);
                            }
                        })
                .allowEmptyShould(true)
                .check(CLASSES);
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

    private static DescribedPredicate<JavaClass> areCores() {
        return new DescribedPredicate<>("are cores") {
            @Override
            public boolean test(JavaClass c) {
                String name = c.getPackageName();
                boolean doer = DOERS.contains(name) || name.endsWith(".daemon") || name.endsWith(".cli");
                return !doer
                        && NAMED.stream()
                                .noneMatch(n ->
                                        c.getName().equals(n) || c.getName().startsWith(n + "$"));
            }
        };
    }
}
