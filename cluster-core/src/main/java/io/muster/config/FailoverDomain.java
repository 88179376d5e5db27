package io.muster.config;

import java.util.List;

/// `<failoverdomain>`: which nodes a service prefers.
///
/// @param ordered priorities count
/// @param restricted the service runs on no other node
/// @param nofailback it stays where it is when a better node comes
public record FailoverDomain(
        String name, boolean ordered, boolean restricted, boolean nofailback, List<DomainNode> nodes) {
    public FailoverDomain {
        nodes = List.copyOf(nodes);
    }
}
