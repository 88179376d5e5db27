package io.muster.config;

import java.util.Map;

/// `<fence_xvmd>`: its presence asks for the host side of virtual machine fencing.
///
/// @param attributes as written
public record FenceXvmdConfig(Map<String, String> attributes) {
    public FenceXvmdConfig {
        attributes = Map.copyOf(attributes);
    }
}
