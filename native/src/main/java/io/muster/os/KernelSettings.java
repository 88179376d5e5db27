package io.muster.os;

import java.io.IOException;
import java.util.Optional;

/// A kernel's settings by their dotted names (sysctl(8)). Thread: any.
public interface KernelSettings {
    /// Its value, empty where there is none of that name.
    Optional<String> setting(String name);

    void set(String name, String value) throws IOException;

    /// This machine's, of this network namespace.
    KernelSettings MACHINE = new KernelSettings() {
        @Override
        public Optional<String> setting(String name) {
            return Sysctl.get(name);
        }

        @Override
        public void set(String name, String value) throws IOException {
            Sysctl.set(name, value);
        }
    };
}
