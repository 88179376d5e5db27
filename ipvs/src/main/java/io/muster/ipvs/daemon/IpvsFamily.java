package io.muster.ipvs.daemon;

import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsException;
import io.muster.machine.Program;
import io.muster.os.ProgramRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Gets IPVS into the kernel where it is a module that isn't loaded yet and the kernel didn't load it
/// when asked for the family (6.1 does, by the module's alias).
final class IpvsFamily implements KernelIpvs.Loader {
    private static final long LOAD_MS = 30_000;
    private static final int KEEP_BYTES = 512;

    /// Runs modprobe(8) once. Whether it helped, the next look for the family says.
    ///
    /// @return what to tell the operator if it didn't
    @Override
    public IpvsException load() {
        Optional<Path> modprobe = List.of("/usr/sbin/modprobe", "/sbin/modprobe").stream()
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        if (modprobe.isEmpty()) {
            return missing("it isn't built in, and there is no modprobe to load it with");
        }
        var result = ProgramRun.run(new Program(
                List.of(modprobe.get().toString(), "ip_vs"),
                Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL", "C"),
                "",
                LOAD_MS,
                KEEP_BYTES));
        String said = result.output().lines().findFirst().orElse("").strip();
        if (result.timedOut()) {
            return missing("modprobe ip_vs didn't end within " + LOAD_MS / 1000 + " s");
        }
        if (result.status() != 0) {
            return missing("modprobe ip_vs: " + (said.isEmpty() ? "exit status " + result.status() : said));
        }
        return missing("modprobe ip_vs did nothing for it");
    }

    private static IpvsException missing(String why) {
        return new IpvsException(IpvsError.UNSUPPORTED, "this kernel has no IPVS: " + why);
    }
}
