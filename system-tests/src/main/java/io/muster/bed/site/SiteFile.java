package io.muster.bed.site;

import io.muster.finding.Reading;
import java.util.List;

/// What `./muster lab site FILE` is told, a line each in any order (`docs/lab.md` has the table).
///
/// @param network the first three octets of the guests' IPv4 addresses; the plugs are at host number 1
/// @param memoryMib of each guest
/// @param timeSeconds after which every guest is ended
/// @param run what each guest runs, a line for `sh -c`
/// @param collect directories of the guests that lie on the host, each guest's apart
public record SiteFile(
        String network,
        int memoryMib,
        int timeSeconds,
        List<Disk> disks,
        List<GuestLine> guests,
        List<String> collect,
        String run) {
    /// A disk that guests share.
    public record Disk(String name, int sizeMib) {}

    /// @param host number in the network, 2 to 254
    /// @param disks in the order in which the guest has them: /dev/lab0, /dev/lab1, ...
    public record GuestLine(String name, int host, List<String> disks) {
        public GuestLine {
            disks = List.copyOf(disks);
        }
    }

    public SiteFile {
        disks = List.copyOf(disks);
        guests = List.copyOf(guests);
        collect = List.copyOf(collect);
    }

    /// Reads it. All problems come at once, each with line, column and, where there is one, the nearest right word.
    ///
    /// @param name the file's as operators know it
    public static Reading<SiteFile> read(String name, String text) {
        return new SiteReader(name).read(text);
    }

    String address(GuestLine guest) {
        return network + "." + guest.host();
    }

    String gate() {
        return network + ".1";
    }
}
