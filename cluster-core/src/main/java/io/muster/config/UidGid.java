package io.muster.config;

import java.util.Optional;

/// `<uidgid>`: who besides root may open cman's socket.
public record UidGid(Optional<String> uid, Optional<String> gid) {}
