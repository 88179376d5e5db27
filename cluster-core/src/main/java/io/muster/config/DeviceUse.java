package io.muster.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// `<device>`: how a fence device is used for one node.
///
/// @param name of the fence device
/// @param attributes all others, in document order, for the agent
public record DeviceUse(String name, Map<String, String> attributes) {
    public DeviceUse {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }
}
