package io.muster.rehearsal;

import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The versions of a rehearsed cluster's cluster.conf, and what each wants.
final class Documents {
    /// What is wanted of the cluster where a version holds.
    record Wanted(
            SortedSet<Integer> nodes,
            SortedMap<Integer, Draft.ServiceLine> services,
            SortedMap<Integer, List<String>> given) {
        Wanted {
            given = new TreeMap<>(given);
            nodes = new TreeSet<>(nodes);
            services = new TreeMap<>(services);
        }

        /// Whether each service can run whatever the others do.
        boolean roomForAll() {
            return services.values().stream().noneMatch(Draft.ServiceLine::exclusive);
        }

        /// Whether an operator has to start it, or may have to.
        boolean byHand(int service) {
            Draft.ServiceLine line = services.get(service);
            return line == null || !line.autostart() || line.recovery().equals("disable") || line.depend() != 0;
        }

        List<String> resources(int service) {
            Draft.ServiceLine line = services.get(service);
            List<String> moved = given.get(service);
            return line == null ? List.of() : moved != null ? moved : Draft.resources(service, line);
        }
    }

    private final Draft draft;
    private final SortedMap<Integer, Wanted> wanted = new TreeMap<>();
    private final Map<ByteBuffer, Integer> versions = new HashMap<>();
    private final Wanted first;
    private int last;

    Documents(Draft draft) {
        this.draft = draft;
        this.first = new Wanted(new TreeSet<>(draft.nodes().keySet()), draft.services(), draft.given());
    }

    Draft draft() {
        return draft;
    }

    /// The draft as a document with the next version number.
    byte[] next() {
        last++;
        wanted.put(last, new Wanted(new TreeSet<>(draft.nodes().keySet()), draft.services(), draft.given()));
        byte[] document = draft.text(last);
        if (version(document) != last) {
            throw new IllegalStateException("the draft isn't valid: "
                    + ConfigReader.parse(document, "cluster.conf").errors() + "\n"
                    + new String(document, java.nio.charset.StandardCharsets.UTF_8));
        }
        return document;
    }

    /// Services that any version has given a resource to.
    SortedSet<Integer> everHad(String what) {
        var services = new TreeSet<Integer>();
        services.add(Truth.service(what));
        wanted.values()
                .forEach(version -> version.given().forEach((number, resources) -> {
                    if (resources.contains(what)) {
                        services.add(number);
                    }
                }));
        return services;
    }

    /// What a version wants.
    Wanted wanted(int version) {
        return wanted.getOrDefault(version, first);
    }

    /// The version of a document; 0 for one that isn't valid. Each text is read once.
    int version(byte[] document) {
        return versions.computeIfAbsent(
                ByteBuffer.wrap(document),
                _ -> ConfigReader.parse(document, "cluster.conf")
                        .config()
                        .map(ClusterConfig::version)
                        .orElse(0));
    }
}
