package io.muster.house;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The compiled classes of each module, and what each of them is by its package.
///
/// A module without classes fails whoever asks: a rule that looks at nothing holds always.
final class HouseClasses {
    /// Not part of the product, so other rules.
    private static final Set<String> NOT_PRODUCT = Set.of("system-tests", "distribution");

    /// Packages whose trade is to do.
    private static final Set<String> DOERS = Set.of(
            "io.muster.driver",
            "io.muster.control",
            "io.muster.machine",
            "io.muster.daemon",
            "io.muster.cli",
            "io.muster.os");

    /// Classes in core packages whose trade is files or processes, named one by one.
    private static final Set<String> NAMED = Set.of(
            "io.muster.config.ConfigReader",
            "io.muster.config.ThisMachine",
            "io.muster.resource.MetadataSet",
            "io.muster.simulator.Transcript");

    private static final JavaClasses ALL = new ClassFileImporter().importPaths(directories());
    private static final SortedMap<String, JavaClasses> MODULES = byModule();

    private HouseClasses() {}

    /// The classes of all modules.
    static JavaClasses all() {
        return ALL;
    }

    /// All modules that have code, with their classes.
    static SortedMap<String, JavaClasses> modules() {
        return MODULES;
    }

    /// The module a class is of; null for one that isn't ours.
    static @Nullable String moduleOf(JavaClass c) {
        for (var module : MODULES.entrySet()) {
            if (module.getValue().contain(c.getName())) {
                return module.getKey();
            }
        }
        return null;
    }

    /// The same without tests, testbeds and packaging.
    static SortedMap<String, JavaClasses> product() {
        var product = new TreeMap<>(MODULES);
        product.keySet().removeAll(NOT_PRODUCT);
        return product;
    }

    /// Where the compiler put a module's classes.
    static Path directory(String module) {
        return SourceTree.root().resolve(module).resolve("target/classes");
    }

    /// Whether it decides: all that isn't in a package made for doing.
    static boolean isCore(JavaClass c) {
        String name = c.getPackageName();
        return !DOERS.contains(name)
                && !isDaemon(c)
                && !isCommand(c)
                && !NAMED.contains(outermost(c))
                && !NOT_PRODUCT.contains(String.valueOf(moduleOf(c)));
    }

    /// Whether it runs a core or talks to who does: a class of some `<capability>.daemon` or
    /// `<capability>.client`, or of what all daemons share.
    static boolean isDaemon(JavaClass c) {
        return c.getPackageName().endsWith(".daemon") || c.getPackageName().endsWith(".client");
    }

    static boolean isCommand(JavaClass c) {
        return c.getPackageName().endsWith(".cli");
    }

    /// What is named above and isn't there: a name that excuses nobody would excuse whoever takes it
    /// next.
    static Set<String> namedInVain() {
        var vain = new TreeSet<String>();
        vain.addAll(DOERS);
        vain.addAll(NAMED);
        MODULES.values().forEach(classes -> {
            for (JavaClass c : classes) {
                vain.remove(c.getPackageName());
                vain.remove(c.getName());
            }
        });
        return vain;
    }

    /// The class that has a file of its own.
    static String outermost(JavaClass c) {
        String name = c.getName();
        int dollar = name.indexOf('$');
        return dollar < 0 ? name : name.substring(0, dollar);
    }

    private static Path[] directories() {
        return withCode().map(HouseClasses::directory).toArray(Path[]::new);
    }

    private static Stream<String> withCode() {
        return SourceTree.modules().stream()
                .filter(module ->
                        Files.isDirectory(SourceTree.root().resolve(module).resolve("src/main/java")));
    }

    private static SortedMap<String, JavaClasses> byModule() {
        var modules = new TreeMap<String, JavaClasses>();
        withCode().forEach(module -> {
            String place = directory(module).toUri().toString();
            JavaClasses classes = ALL.that(DescribedPredicate.describe(
                    "are of " + module,
                    c -> c.getSource()
                            .map(source -> source.getUri().toString().startsWith(place))
                            .orElse(false)));
            assertTrue(!classes.isEmpty(), module + " has no classes: compile it first");
            modules.put(module, classes);
        });
        return Collections.unmodifiableSortedMap(modules);
    }
}
