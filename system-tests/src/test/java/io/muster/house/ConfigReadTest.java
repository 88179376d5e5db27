package io.muster.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import io.muster.config.ClusterConfig;
import io.muster.config.Element;
import io.muster.config.NoEffect;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What an operator may write into cluster.conf is looked at by somebody, or said to have no effect: every component
/// of every record of the configuration is read by product code outside the configuration's own package, or stands
/// in [NoEffect], from which the validator and the daemons warn. Whoever begins to read one strikes it off there.
class ConfigReadTest {
    private static final String CONFIG = "io.muster.config";

    /// Read by methods of the records themselves, which others call.
    private static final Set<String> WITHIN = Set.of(
            "FenceDevice.name",
            "LoggingConfig.daemons",
            "LoggingConfig.defaults",
            "LoggingConfig$DaemonSettings.name",
            "LoggingConfig$DaemonSettings.settings",
            "LoggingConfig$DaemonSettings.subsys");

    @Test
    void everyComponentIsReadOrHasNoEffectByName() {
        Set<Class<?>> records = new LinkedHashSet<>();
        collect(ClusterConfig.class, records);
        var components = new TreeSet<String>();
        records.forEach(each -> {
            for (RecordComponent component : each.getRecordComponents()) {
                components.add(name(each.getName(), component.getName()));
            }
        });
        assertTrue(components.size() > 80, "only " + components.size() + " components");
        SortedSet<String> read = read(records);
        assertTrue(read.contains("ClusterConfig.name") && read.contains("CmanConfig.twoNode"), read.toString());

        SortedSet<String> unread = new TreeSet<>(components);
        unread.removeAll(read);
        var listed = new TreeSet<>(WITHIN);
        var strangers = new TreeSet<String>();
        for (String entry : NoEffect.components()) {
            Set<String> meant = components.stream()
                    .filter(each -> each.equals(entry) || each.startsWith(entry + ".") || each.startsWith(entry + "$"))
                    .collect(Collectors.toSet());
            if (meant.isEmpty()) {
                strangers.add(entry);
            }
            listed.addAll(meant);
        }
        assertEquals(new TreeSet<>(), strangers, "no such component");
        var silent = new TreeSet<>(unread);
        silent.removeAll(listed);
        assertEquals(new TreeSet<>(), silent, "read by nobody: read them, or list them in NoEffect");
        var awake = new TreeSet<>(listed);
        awake.removeAll(unread);
        assertEquals(new TreeSet<>(), awake, "read by now: strike them off NoEffect");
    }

    /// A record and those it is made of: the tree of the file aside, which is what they were read from.
    private static void collect(Type type, Set<Class<?>> records) {
        if (type instanceof ParameterizedType generic) {
            for (Type argument : generic.getActualTypeArguments()) {
                collect(argument, records);
            }
        } else if (type instanceof Class<?> c
                && c.isRecord()
                && c.getPackageName().equals(CONFIG)
                && !c.equals(Element.class)
                && records.add(c)) {
            for (RecordComponent component : c.getRecordComponents()) {
                collect(component.getGenericType(), records);
            }
        }
    }

    /// Accessors that product code outside the package calls, or names as `A::b`.
    private static SortedSet<String> read(Set<Class<?>> records) {
        var read = new TreeSet<String>();
        HouseClasses.product().values().forEach(classes -> {
            for (JavaClass c : classes) {
                if (!c.getPackageName().equals(CONFIG)) {
                    for (JavaAccess<?> access : c.getAccessesFromSelf()) {
                        String owner = access.getTargetOwner().getName();
                        if (records.stream().anyMatch(each -> each.getName().equals(owner))) {
                            read.add(name(owner, access.getName()));
                        }
                    }
                }
            }
        });
        return read;
    }

    private static String name(String record, String component) {
        return record.substring(CONFIG.length() + 1) + "." + component;
    }
}
