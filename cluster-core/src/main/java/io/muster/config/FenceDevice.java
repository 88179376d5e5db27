package io.muster.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// `<fencedevice>`: a power switch, management card or whatever else can make a node harmless.
///
/// @param agent the program, found in PATH
/// @param attributes all but `name` and `agent`, in document order, passed to the agent unchanged
public record FenceDevice(String name, String agent, Map<String, String> attributes) {
    public FenceDevice {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }
}
