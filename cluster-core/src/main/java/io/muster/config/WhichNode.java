package io.muster.config;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Finds out which `<clusternode>` this machine is.
///
/// The order of the walk is that of RHEL 6 cman (RHEL 5 had the first five steps); the first hit wins, and
/// the node's name is then the string in cluster.conf.
///
/// | step | compares the names in cluster.conf with |
/// |---|---|
/// | 1 | the name given (which must be there literally), else the machine's own name |
/// | 2 | the machine's name up to the first dot |
/// | 3 | that again, with the names in cluster.conf cut as well |
/// | 4 | names that local addresses resolve to, whole, then cut |
/// | 5 | local addresses as text |
/// | 6 | local addresses, after resolving each name in cluster.conf |
///
/// Asks the resolver from step 4 on: not for an event loop.
public final class WhichNode {
    /// What there is to know about this machine.
    public interface Machine {
        /// As `uname -n` has it.
        String name();

        /// Of all interfaces that are up, loopback too.
        List<InetAddress> addresses();

        /// The name of an address.
        Optional<String> nameOf(InetAddress address);

        /// The addresses of a name; empty if it doesn't resolve.
        List<InetAddress> addressesOf(String name);
    }

    /// @param name as in cluster.conf
    /// @param step of the walk, for the log
    public record Found(String name, String step) {}

    private final List<String> names;
    private final Machine machine;

    /// @param names of all nodes, in the order of cluster.conf
    public WhichNode(List<String> names, Machine machine) {
        this.names = List.copyOf(names);
        this.machine = machine;
    }

    /// Walks.
    ///
    /// @param given a name an operator gave; then nothing else is tried
    public Optional<Found> find(@Nullable String given) {
        if (given != null) {
            return exact(given, "the name given");
        }
        return exact(machine.name(), "this machine's name")
                .or(() -> exact(cut(machine.name()), "this machine's name up to the first dot"))
                .or(this::cutNames)
                .or(() -> resolved(UnaryOperator.identity(), "the name of address "))
                .or(() -> resolved(WhichNode::cut, "the short name of address "))
                .or(this::addressAsText)
                .or(this::forward);
    }

    private Optional<Found> exact(String wanted, String step) {
        return names.contains(wanted) ? Optional.of(new Found(wanted, step)) : Optional.empty();
    }

    private Optional<Found> cutNames() {
        String own = cut(machine.name());
        return names.stream()
                .filter(name -> cut(name).equals(own))
                .findFirst()
                .map(name -> new Found(name, "this machine's name, both up to the first dot"));
    }

    private Optional<Found> resolved(UnaryOperator<String> form, String step) {
        for (InetAddress address : machine.addresses()) {
            Optional<String> name = machine.nameOf(address).map(form).filter(names::contains);
            if (name.isPresent()) {
                return name.map(found -> new Found(found, step + address.getHostAddress()));
            }
        }
        return Optional.empty();
    }

    private Optional<Found> addressAsText() {
        return machine.addresses().stream()
                .map(WhichNode::text)
                .filter(names::contains)
                .findFirst()
                .map(name -> new Found(name, "an address of this machine"));
    }

    private Optional<Found> forward() {
        List<InetAddress> own = machine.addresses();
        for (String name : names) {
            for (InetAddress address : machine.addressesOf(name)) {
                if (own.contains(address)) {
                    return Optional.of(new Found(name, "its address " + text(address)));
                }
            }
        }
        return Optional.empty();
    }

    /// Without the interface that Java puts behind a link-local address.
    private static String text(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }

    /// Up to the first dot; a numeric address has no short form.
    private static String cut(String name) {
        int dot = name.indexOf('.');
        return dot <= 0 || name.matches("[0-9.]+") ? name : name.substring(0, dot);
    }
}
