package io.muster.resource;

import io.muster.config.Element;
import io.muster.config.RmConfig;
import java.util.List;

/// `<rm>` elements for tests, everything but resources and services at its default.
final class RmConfigs {
    private RmConfigs() {}

    static RmConfig of(List<Element> resources, List<Element> services) {
        return new RmConfig(10, 0, 5, 5, false, false, List.of(), resources, List.of(), services, List.of());
    }
}
