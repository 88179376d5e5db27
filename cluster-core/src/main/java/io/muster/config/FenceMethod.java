package io.muster.config;

import java.util.List;

/// `<method>`: devices that together make a node harmless; all must succeed, in order.
public record FenceMethod(String name, List<DeviceUse> devices) {
    public FenceMethod {
        devices = List.copyOf(devices);
    }
}
