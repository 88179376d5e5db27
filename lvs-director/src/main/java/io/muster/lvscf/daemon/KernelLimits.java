package io.muster.lvscf.daemon;

import io.muster.lvscf.LvsConfig;
import io.muster.os.Sysctl;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/// What this machine's kernel will refuse of a configuration, as far as it can be known before it is asked: schedulers
/// it has no module for, and time-outs that overflow when they are counted in its ticks (`ip_vs_set_timeout`: INT_MAX /
/// HZ). Where the kernel's modules or settings aren't on disk, nothing is known.
///
/// Thread: any; blocks as files do.
public final class KernelLimits {
    private KernelLimits() {}

    /// One line each; none when nothing will be refused, or nothing is known.
    public static List<String> of(LvsConfig config) {
        return of(config, modules(), ticksPerSecond());
    }

    static List<String> of(LvsConfig config, Set<String> modules, OptionalInt hz) {
        var lines = new ArrayList<String>();
        if (!modules.isEmpty()) {
            config.virtuals().stream()
                    .filter(virtual -> virtual.active() && !modules.contains("ip_vs_" + virtual.scheduler()))
                    .forEach(virtual -> lines.add("virtual " + virtual.name() + ": scheduler: this kernel has no module"
                            + " ip_vs_" + virtual.scheduler() + ": the virtual server can't be set up here"));
        }
        hz.ifPresent(ticks -> {
            long most = Integer.MAX_VALUE / ticks;
            var timeouts = new TreeMap<String, Integer>();
            timeouts.put("tcp_timeout", config.tcpTimeoutS());
            timeouts.put("tcpfin_timeout", config.tcpFinTimeoutS());
            timeouts.put("udp_timeout", config.udpTimeoutS());
            timeouts.forEach((key, seconds) -> {
                if (seconds > most) {
                    lines.add(key + ": this kernel (HZ " + ticks + ") takes " + most + " s at most and refuses "
                            + seconds);
                }
            });
        });
        return lines;
    }

    /// All modules, loaded, loadable and built in; empty when there is no list of them.
    public static Set<String> modules() {
        var names = new TreeSet<String>();
        Path home = Path.of("/lib/modules").resolve(release());
        for (String file : List.of("modules.dep", "modules.builtin")) {
            try (Stream<String> lines = Files.lines(home.resolve(file))) {
                lines.map(line -> line.replaceFirst(":.*", ""))
                        .map(line -> line.substring(line.lastIndexOf('/') + 1).replaceFirst("\\.ko.*", ""))
                        .map(name -> name.replace('-', '_'))
                        .forEach(names::add);
            } catch (IOException e) {
                // No list: then nothing is known of modules on disk.
                return Set.of();
            }
        }
        try (Stream<String> lines = Files.lines(Path.of("/proc/modules"))) {
            lines.map(line -> line.split(" ", 2)[0]).forEach(names::add);
        } catch (IOException e) {
            return names;
        }
        return names;
    }

    private static String release() {
        return Sysctl.get("kernel.osrelease").orElse("");
    }

    private static OptionalInt ticksPerSecond() {
        for (Path file : List.of(Path.of("/proc/config.gz"), Path.of("/boot/config-" + release()))) {
            try (InputStream in = Files.newInputStream(file);
                    InputStream text = file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
                    var reader = new BufferedReader(new InputStreamReader(text, StandardCharsets.US_ASCII))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    if (line.matches("CONFIG_HZ=[1-9][0-9]{0,4}")) {
                        return OptionalInt.of(Integer.parseInt(line.substring(line.indexOf('=') + 1)));
                    }
                }
            } catch (IOException e) {
                // Not there, or not to be read: perhaps the next one.
            }
        }
        return OptionalInt.empty();
    }
}
