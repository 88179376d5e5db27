package io.muster.house;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// A core has one owner and its state is all in it: nothing that a second thread or a second core could
/// see.
class CoreStateTest {
    /// Who has the daemons that ship run in virtual time: they are what it decides about.
    private static final Set<String> RUN_DAEMONS = Set.of("cluster-model", "rehearsal");

    private static final List<String> FOREIGN =
            List.of("java.util.concurrent.CompletableFuture", "java.util.concurrent.CompletionStage", "io.muster.os.");

    /// What gives a collection that nobody changes.
    private static final Set<String> IMMUTABLE_FACTORIES = Set.of("of", "copyOf", "ofEntries", "entry", "toList");

    private static final List<Class<?>> MUTABLE = List.of(
            java.util.concurrent.atomic.AtomicBoolean.class,
            java.util.concurrent.atomic.AtomicInteger.class,
            java.util.concurrent.atomic.AtomicLong.class,
            java.util.concurrent.atomic.AtomicReference.class,
            java.util.concurrent.atomic.LongAdder.class,
            java.util.concurrent.locks.Lock.class,
            java.util.Iterator.class,
            ByteBuffer.class,
            BitSet.class,
            RandomGenerator.class,
            StringBuilder.class,
            StringBuffer.class,
            ThreadLocal.class);

    @Test
    void coresUseNoDaemonNoMachineAndNoFuture() {
        var mending = new Mending("cores use no daemon, no io.muster.os and no future");
        eachCore((module, c) -> {
            for (Dependency dependency : c.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if ((HouseClasses.isDaemon(target) && !RUN_DAEMONS.contains(module))
                        || FOREIGN.stream().anyMatch(name -> target.getName().startsWith(name))) {
                    mending.found(HouseClasses.outermost(c), dependency.getDescription());
                }
            }
        });
        mending.check();
    }

    @Test
    void coresLockNothing() {
        var mending = new Mending("cores lock nothing");
        eachCore((module, c) -> {
            for (JavaMethod method : c.getMethods()) {
                if (method.getModifiers().contains(JavaModifier.SYNCHRONIZED)) {
                    mending.found(HouseClasses.outermost(c), method.getName() + " is synchronized");
                }
            }
            model(module, c)
                    .methods()
                    .forEach(method -> method.code().ifPresent(code -> {
                        if (code.elementStream().anyMatch(MonitorInstruction.class::isInstance)) {
                            mending.found(HouseClasses.outermost(c), method.methodName() + " has a synchronized block");
                        }
                    }));
        });
        mending.check();
    }

    @Test
    void coresHaveNoStaticMutableState() {
        var mending = new Mending("cores have no static state that changes");
        eachCore((module, c) -> {
            Map<String, String> collections = collections(module, c);
            for (JavaField field : c.getFields()) {
                Set<JavaModifier> modifiers = field.getModifiers();
                if (modifiers.contains(JavaModifier.STATIC) && !modifiers.contains(JavaModifier.SYNTHETIC)) {
                    String why = mutability(field, collections.getOrDefault(field.getName(), ""));
                    if (!why.isEmpty()) {
                        mending.found(HouseClasses.outermost(c), field.getName() + " " + why);
                    }
                }
            }
        });
        mending.check();
    }

    /// Why a static field may change; empty when it can't, as far as its type and its initializer tell.
    private static String mutability(JavaField field, String madeBy) {
        JavaClass type = field.getRawType();
        if (!field.getModifiers().contains(JavaModifier.FINAL)) {
            return "isn't final";
        }
        if (type.isArray()) {
            return field.getModifiers().contains(JavaModifier.PRIVATE) ? "" : "is an array others can write to";
        }
        if (type.isAssignableTo(Collection.class) || type.isAssignableTo(Map.class)) {
            return madeBy.isEmpty() ? "is a collection that isn't made immutable where it is declared" : "";
        }
        if (MUTABLE.stream().anyMatch(type::isAssignableTo)) {
            return "is a " + type.getSimpleName();
        }
        boolean ours = type.getPackageName().startsWith("io.muster.");
        return ours && type.getAllFields().stream().anyMatch(CoreStateTest::changes)
                ? "is a " + type.getSimpleName() + ", which has fields that change"
                : "";
    }

    private static boolean changes(JavaField field) {
        return !field.getModifiers().contains(JavaModifier.STATIC)
                && !field.getModifiers().contains(JavaModifier.FINAL)
                && field.getOwner().getPackageName().startsWith("io.muster.");
    }

    /// The static fields that the initializer fills with the result of a factory of immutable
    /// collections, with its name.
    private static Map<String, String> collections(String module, JavaClass c) {
        var made = new HashMap<String, String>();
        model(module, c).methods().stream()
                .filter(method -> method.methodName().equalsString("<clinit>"))
                .flatMap(method -> method.code().stream())
                .forEach(code -> {
                    String factory = "";
                    for (CodeElement element : code) {
                        if (element instanceof InvokeInstruction invoke) {
                            factory = isImmutable(invoke) ? invoke.name().stringValue() : "";
                        } else if (element instanceof FieldInstruction put && put.opcode() == Opcode.PUTSTATIC) {
                            if (!factory.isEmpty()) {
                                made.put(put.name().stringValue(), factory);
                            }
                            factory = "";
                        }
                    }
                });
        return made;
    }

    private static boolean isImmutable(InvokeInstruction invoke) {
        String owner = invoke.owner().asInternalName();
        String name = invoke.name().stringValue();
        return switch (owner) {
            case "java/util/List", "java/util/Set", "java/util/Map", "java/util/stream/Stream" ->
                IMMUTABLE_FACTORIES.contains(name);
            case "java/util/Collections" ->
                name.startsWith("unmodifiable") || name.startsWith("empty") || name.startsWith("singleton");
            default -> false;
        };
    }

    private static void eachCore(BiConsumer<String, JavaClass> what) {
        HouseClasses.product().forEach((module, classes) -> {
            for (JavaClass c : classes) {
                if (HouseClasses.isCore(c)) {
                    what.accept(module, c);
                }
            }
        });
    }

    private static ClassModel model(String module, JavaClass c) {
        Path file = HouseClasses.directory(module).resolve(c.getName().replace('.', '/') + ".class");
        try {
            return ClassFile.of().parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
