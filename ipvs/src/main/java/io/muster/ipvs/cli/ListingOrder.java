package io.muster.ipvs.cli;

import io.muster.ipvs.DestinationEntry;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.net.IpAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The order of a listing: services by mark, family, protocol, address and port, servers by address and port.
///
/// The original compares by subtraction in 32 bits, which makes no order of numbers more than half the range apart
/// (0.0.0.0 comes after 224.0.0.1), and sorts with the C library's merge sort. Both are done here in the same way,
/// because then the result is the same even so. Source: `ipvsadm` 1.31 and glibc 2.36 as observed.
final class ListingOrder {
    private ListingOrder() {}

    static List<ServiceEntry> services(List<ServiceEntry> entries) {
        return sort(entries, (a, b) -> compare(a.service().id(), b.service().id()));
    }

    static List<DestinationEntry> destinations(List<DestinationEntry> entries) {
        return sort(entries, (a, b) -> {
            int byAddress = compare(a.destination().address(), b.destination().address());
            return byAddress != 0
                    ? byAddress
                    : a.destination().port() - b.destination().port();
        });
    }

    static int compare(ServiceId a, ServiceId b) {
        int mark = a.fwmark() - b.fwmark();
        if (mark != 0) {
            return mark;
        }
        if (a.v6() != b.v6()) {
            return a.v6() ? 1 : -1;
        }
        int protocol = a.protocol() - b.protocol();
        if (protocol != 0) {
            return protocol;
        }
        int address = compare(a.address(), b.address());
        return address != 0 ? address : a.port() - b.port();
    }

    /// An IPv4 address counts as its first word.
    private static int compare(IpAddress a, IpAddress b) {
        int words = a.v6() ? 4 : 1;
        for (int i = 0; i < words; i++) {
            int difference = word(a, i) - word(b, i);
            if (difference != 0) {
                return difference;
            }
        }
        return 0;
    }

    private static int word(IpAddress address, int index) {
        if (!address.v6()) {
            return index == 0 ? (int) address.low() : 0;
        }
        long half = index < 2 ? address.high() : address.low();
        return (int) (index % 2 == 0 ? half >> 32 : half);
    }

    /// Halves, the first the smaller, merged with the first half's element in front where the comparison says equal.
    /// Not `List.sort`: that notices a comparison that contradicts itself, and throws.
    static <T> List<T> sort(List<T> list, Comparator<T> order) {
        if (list.size() < 2) {
            return list;
        }
        List<T> left = sort(list.subList(0, list.size() / 2), order);
        List<T> right = sort(list.subList(list.size() / 2, list.size()), order);
        var merged = new ArrayList<T>(list.size());
        int i = 0;
        int j = 0;
        while (i < left.size() && j < right.size()) {
            merged.add(order.compare(left.get(i), right.get(j)) <= 0 ? left.get(i++) : right.get(j++));
        }
        merged.addAll(left.subList(i, left.size()));
        merged.addAll(right.subList(j, right.size()));
        return merged;
    }
}
