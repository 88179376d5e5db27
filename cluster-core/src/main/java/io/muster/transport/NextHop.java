package io.muster.transport;

/// To whom the kernel hands a packet for another node: the node itself, or the router on the way.
///
/// @param device the interface's name
/// @param index the kernel's number of that interface
/// @param address as text, without a zone
public record NextHop(String device, int index, String address) implements Comparable<NextHop> {
    @Override
    public int compareTo(NextHop other) {
        int byDevice = device.compareTo(other.device);
        int byIndex = byDevice == 0 ? Integer.compare(index, other.index) : byDevice;
        return byIndex == 0 ? address.compareTo(other.address) : byIndex;
    }

    @Override
    public String toString() {
        return address + " on " + device;
    }
}
