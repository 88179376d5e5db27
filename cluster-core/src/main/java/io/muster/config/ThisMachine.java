package io.muster.config;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The real machine. Addresses come from the kernel, names from the system's resolver, which may take its time.
public final class ThisMachine implements WhichNode.Machine {
    @Override
    public String name() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "localhost";
        }
    }

    @Override
    public List<InetAddress> addresses() {
        List<InetAddress> addresses = new ArrayList<>();
        try {
            NetworkInterface.networkInterfaces()
                    .forEach(link -> link.inetAddresses().forEach(addresses::add));
        } catch (SocketException e) {
            return List.of();
        }
        return addresses;
    }

    @Override
    public Optional<String> nameOf(InetAddress address) {
        String name = address.getCanonicalHostName();
        return name.equals(address.getHostAddress()) ? Optional.empty() : Optional.of(name);
    }

    @Override
    public List<InetAddress> addressesOf(String name) {
        try {
            return List.of(InetAddress.getAllByName(name));
        } catch (UnknownHostException e) {
            return List.of();
        }
    }
}
