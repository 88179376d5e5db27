package io.muster.config;

import java.util.Optional;
import java.util.OptionalInt;

/// `<altname>`: a further link of a node.
///
/// @param name a name or numeric address
/// @param port UDP; the cluster's port if empty
/// @param multicast only kept: links are unicast
public record AltName(String name, OptionalInt port, Optional<String> multicast, OptionalInt ttl) {}
