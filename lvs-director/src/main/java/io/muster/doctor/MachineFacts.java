package io.muster.doctor;

import io.muster.net.IpAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;

/// What was seen on a machine, for [Doctor] to judge. What couldn't be seen is left out and never judged.
///
/// @param ipvs whether the kernel's table answers; with `ipvsReason` if not
/// @param modules names of all modules the kernel has, loaded, built in or on disk; empty when that isn't known
/// @param settings kernel settings by dotted name
/// @param devices interfaces by name, and whether they are up with a carrier
/// @param own addresses of this machine
/// @param routes how packets get to the real servers, the partners' addresses and the sorry servers
/// @param defaultDevice where the IPv4 default route leaves
/// @param key the directors' key file
/// @param silent addresses of the other director that don't answer an echo request
/// @param answers hardware addresses that answered ARP for a virtual address, this machine's own left out
/// @param neighbours addresses behind hardware addresses, as far as they are known: real servers, the other director
/// @param pulseRuns whether pulse runs here
/// @param lvsdRuns whether lvsd runs here
/// @param unseen what couldn't be looked at, and why
public record MachineFacts(
        boolean ipvs,
        String ipvsReason,
        Set<String> modules,
        Map<String, String> settings,
        Map<String, Boolean> devices,
        List<OwnAddress> own,
        Map<IpAddress, Path> routes,
        Optional<String> defaultDevice,
        Optional<KeyFile> key,
        Set<IpAddress> silent,
        Map<IpAddress, SortedSet<String>> answers,
        Map<String, IpAddress> neighbours,
        boolean pulseRuns,
        boolean lvsdRuns,
        List<String> unseen) {
    public MachineFacts {
        modules = Set.copyOf(modules);
        settings = Map.copyOf(settings);
        devices = Map.copyOf(devices);
        own = List.copyOf(own);
        routes = Map.copyOf(routes);
        silent = Set.copyOf(silent);
        answers = Map.copyOf(answers);
        neighbours = Map.copyOf(neighbours);
        unseen = List.copyOf(unseen);
    }

    /// An address of this machine.
    public record OwnAddress(IpAddress address, String device) {}

    /// How packets get somewhere.
    ///
    /// @param gateway empty when the destination is on the link
    /// @param local the destination is this machine
    public record Path(String device, Optional<IpAddress> gateway, boolean local) {}

    /// A key file.
    ///
    /// @param mode permission bits
    /// @param octets its length
    public record KeyFile(int mode, long octets) {}

    Optional<String> deviceOf(IpAddress address) {
        return own.stream()
                .filter(one -> one.address().equals(address))
                .map(OwnAddress::device)
                .findFirst();
    }

    /// A number among the settings; empty for one the kernel hasn't.
    Optional<Integer> setting(String name) {
        try {
            return Optional.ofNullable(settings.get(name)).map(Integer::parseInt);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /// An IPv4 setting of a device as it takes effect: the greater of `all` and the device's.
    int effective(String name, String device) {
        return Math.max(
                setting("net.ipv4.conf.all." + name).orElse(0),
                setting("net.ipv4.conf." + device + "." + name).orElse(0));
    }
}
