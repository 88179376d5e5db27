package io.muster.resource;

import io.muster.net.IpAddress;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// By what a resource is known whatever service it belongs to: of what has the same identity, only one
/// may be there. Pure.
///
/// | type | identity | only one |
/// |---|---|---|
/// | used once (`maxinstances` 1: `ip`, `fs`, `lvm`, `vm`) | primary and unique attributes | in the cluster |
/// | `clusterfs`, `netfs`, `nfsclient`, `nfsexport` | none: made to be shared | |
/// | any other (`script`) | its unique attributes but the primary, or the primary | on a node |
///
/// In words: `device=/dev/sdb1`; one that counts on its node only begins with `@`:
/// `@script.file=/etc/init.d/web`. Devices, mount points and addresses are the same whatever the type;
/// addresses are compared as addresses, paths without what makes no difference, file systems named by
/// UUID as that.
public final class Identities {
    private static final Set<String> SHARED = Set.of("clusterfs", "netfs", "nfsclient", "nfsexport");

    /// What means the same in each type that has it.
    private static final Set<String> COMMON = Set.of("device", "mountpoint", "address");

    private static final String BY_UUID = "/dev/disk/by-uuid/";

    private Identities() {}

    /// Of one resource.
    public static SortedSet<String> of(ResourceType type, Map<String, String> attributes) {
        var all = new TreeSet<String>();
        boolean once = type.maxInstances() == 1;
        // What a service is called is what it is known by already.
        if (type.type().equals("service") || SHARED.contains(type.type()) && !once) {
            return all;
        }
        var names = new TreeSet<>(type.unique());
        if (once) {
            names.add(type.primary());
        } else {
            names.remove(type.primary());
            if (names.stream().noneMatch(attributes::containsKey)) {
                names.add(type.primary());
            }
        }
        for (String name : names) {
            String value = attributes.get(name);
            if (value != null && !value.isBlank()) {
                all.add((once ? "" : "@") + (once && COMMON.contains(name) ? name : type.type() + "." + name) + "="
                        + value(name, value.strip()));
            }
        }
        return all;
    }

    /// Of all that a service has here, as its agents say it.
    public static SortedSet<String> of(ResourceNode root) {
        var all = new TreeSet<>(of(ResourceType.of(root.metadata()), root.attributes()));
        root.children().forEach(child -> all.addAll(of(child)));
        return Collections.unmodifiableSortedSet(all);
    }

    /// Whether there may be one on each node.
    public static boolean onNode(String identity) {
        return identity.startsWith("@");
    }

    /// For operators.
    public static String words(String identity) {
        return (onNode(identity) ? identity.substring(1) : identity).replaceFirst("=", " ");
    }

    private static String value(String name, String value) {
        if (name.equals("address")) {
            int slash = value.indexOf('/');
            String bare = slash < 0 ? value : value.substring(0, slash);
            return IpAddress.parse(bare).map(IpAddress::toString).orElse(value);
        }
        if (value.regionMatches(true, 0, "UUID=", 0, 5)) {
            return "UUID=" + value.substring(5).replace("\"", "").toLowerCase(Locale.ROOT);
        }
        if (!value.startsWith("/")) {
            return value;
        }
        String path = value.replaceAll("/(\\./|/)*", "/").replaceAll("(?<=.)/\\.?$", "");
        return path.startsWith(BY_UUID)
                ? "UUID=" + path.substring(BY_UUID.length()).toLowerCase(Locale.ROOT)
                : path;
    }
}
