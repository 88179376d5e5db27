package io.muster.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Nothing in the product is used by nobody: a method that no class calls, not even a test, is a promise that
/// nothing keeps, and whoever reads it believes that it is kept.
///
/// Read from the compiled classes, so generated accessors of records don't count, nor what overrides a method of
/// another class or of a library: that may be called without being named.
class UnusedCodeTest {
    /// What stays although nobody calls it, with the reason. One that is called, or gone, fails.
    private static final Map<String, String> STAYS = Map.of(
            "io.muster.totem.Counters",
            "a ring counts what it doesn't log; flight records hold the counts, no command shows them yet",
            "io.muster.resource.AgentMetadata.migratory",
            "virtual machines migrate: the tree's half is there already",
            "io.muster.service.ResultCode.number",
            "the original's numbers, in which its clients are answered");

    /// For tests and demonstrations: what one needs of them the next one will.
    private static final Set<String> BESIDE_THE_PRODUCT =
            Set.of("simulator", "cluster-model", "rehearsal", "system-tests");

    private static final Set<String> CALLED_UNSEEN =
            Set.of("main", "toString", "equals", "hashCode", "compareTo", "values", "valueOf");

    private static final Set<String> NOTHING_TO_OVERRIDE =
            Set.of("java/lang/Object", "java/lang/Record", "java/lang/Enum");

    private final Map<String, ClassModel> classes = new TreeMap<>();
    private final Map<String, Set<String>> subclasses = new HashMap<>();
    private final Set<String> called = new HashSet<>();

    @Test
    void everyMethodIsCalledBySomebody() {
        var products = new TreeSet<String>();
        int tests = 0;
        for (String module : SourceTree.modules()) {
            Path compiled = HouseClasses.directory(module);
            for (ClassModel c : models(compiled)) {
                String name = c.thisClass().asInternalName();
                classes.put(name, c);
                parents(c)
                        .forEach(p -> subclasses
                                .computeIfAbsent(p, _ -> new TreeSet<>())
                                .add(name));
                note(c);
                if (!BESIDE_THE_PRODUCT.contains(module)) {
                    products.add(name);
                }
            }
            for (ClassModel c : models(compiled.resolveSibling("test-classes"))) {
                note(c);
                tests++;
            }
        }
        assertTrue(products.size() > 500 && tests > 300, products.size() + " classes and " + tests + " of tests found");

        var stays = new TreeSet<>(STAYS.keySet());
        var unused = new ArrayList<String>();
        for (String name : products) {
            for (MethodModel method : classes.get(name).methods()) {
                if (!counts(classes.get(name), method) || isCalled(name, key(method))) {
                    continue;
                }
                String owner = name.replace('/', '.').replace('$', '.');
                String whole = owner + "." + method.methodName().stringValue();
                stays.remove(owner);
                stays.remove(whole);
                if (!STAYS.containsKey(owner) && !STAYS.containsKey(whole)) {
                    unused.add(whole);
                }
            }
        }
        assertEquals(List.of(), unused, "nobody calls these");
        assertEquals(Set.of(), stays, "somebody calls these now, or they are gone: take them off the list");
    }

    private static List<ClassModel> models(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            var found = new ArrayList<ClassModel>();
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                found.add(ClassFile.of().parse(file));
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void note(ClassModel c) {
        c.constantPool().forEach(entry -> {
            if (entry instanceof MemberRefEntry member) {
                called.add(member.owner().asInternalName() + "." + member.name().stringValue()
                        + member.type().stringValue());
            }
        });
    }

    private static boolean isRecord(ClassModel c) {
        return c.superclass()
                .map(s -> s.asInternalName().equals("java/lang/Record"))
                .orElse(false);
    }

    private boolean counts(ClassModel c, MethodModel method) {
        String name = method.methodName().stringValue();
        boolean accessor = isRecord(c)
                && c.fields().stream().anyMatch(f -> f.fieldName().stringValue().equals(name))
                && method.methodType().stringValue().startsWith("()");
        return !name.startsWith("<")
                && !name.startsWith("lambda$")
                && !method.flags().has(AccessFlag.SYNTHETIC)
                && !accessor
                && !CALLED_UNSEEN.contains(name)
                && !overrides(c, method);
    }

    private boolean overrides(ClassModel c, MethodModel method) {
        for (String parent : parents(c)) {
            ClassModel known = classes.get(parent);
            if (known == null) {
                // Of a library: taken for overriding, since it can't be looked at.
                if (!NOTHING_TO_OVERRIDE.contains(parent)) {
                    return true;
                }
            } else if (known.methods().stream()
                            .anyMatch(m -> m.methodName()
                                            .equalsString(method.methodName().stringValue())
                                    && parameters(m) == parameters(method))
                    || overrides(known, method)) {
                return true;
            }
        }
        return false;
    }

    private static int parameters(MethodModel method) {
        return method.methodTypeSymbol().parameterCount();
    }

    private static List<String> parents(ClassModel c) {
        return Stream.concat(c.superclass().stream(), c.interfaces().stream())
                .map(ClassEntry::asInternalName)
                .toList();
    }

    private static String key(MethodModel method) {
        return "." + method.methodName().stringValue() + method.methodType().stringValue();
    }

    private boolean isCalled(String owner, String key) {
        return called.contains(owner + key)
                || subclasses.getOrDefault(owner, Set.of()).stream().anyMatch(sub -> isCalled(sub, key));
    }
}
