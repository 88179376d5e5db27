package io.muster.pulse.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.net.IpAddress;
import io.muster.os.PacketSocket;
import io.muster.os.Sysctl;
import io.muster.pulse.ArpFrames;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// The `send_arp` command: tells a LAN once where an address lives now.
///
/// `send_arp [-i DEV] SRC_IP SRC_HW TARG_IP TARG_HW`: the device is eth0 unless named, hardware
/// addresses are twelve hex digits with or without colons. The target's address has to be one and is
/// ignored, as by the original. Beyond the original: for an IPv6 address it sends a neighbour
/// advertisement, to all nodes where TARG_HW is the broadcast one. Exit status: 0, or 1 for whatever
/// went wrong.
public final class SendArp implements Command {
    /// Puts a frame on an interface.
    @FunctionalInterface
    interface Wire {
        void send(String device, byte[] frame) throws IOException;
    }

    private static final String USAGE = "Usage: send_arp [-i DEV] SRC_IP SRC_HW TARG_IP TARG_HW\n";

    private final Wire wire;

    public SendArp() {
        this(PacketSocket::send);
    }

    SendArp(Wire wire) {
        this.wire = wire;
    }

    public static void main(String[] args) {
        Command.main(new SendArp(), args);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        String device = "eth0";
        var options = new Getopt("send_arp", args, "i:", err);
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            if (c != 'i') {
                err.print(USAGE);
                return 1;
            }
            device = options.argument();
        }
        List<String> words = options.operands();
        if (words.size() != 4) {
            err.print(USAGE);
            return 1;
        }
        Optional<IpAddress> source = IpAddress.parse(words.get(0));
        Optional<byte[]> sourceHardware = hardware(words.get(1));
        Optional<IpAddress> target = IpAddress.parse(words.get(2));
        Optional<byte[]> targetHardware = hardware(words.get(3));
        if (source.isEmpty() || target.isEmpty()) {
            return fail(err, words.get(source.isEmpty() ? 0 : 2) + ": not an IP address");
        }
        if (sourceHardware.isEmpty() || targetHardware.isEmpty()) {
            return fail(err, words.get(sourceHardware.isEmpty() ? 1 : 3) + ": not a hardware address of 12 hex digits");
        }
        try {
            wire.send(device, frame(device, source.get(), sourceHardware.get(), targetHardware.get()));
            return 0;
        } catch (IOException e) {
            return fail(err, String.valueOf(e.getMessage()));
        }
    }

    private static byte[] frame(String device, IpAddress source, byte[] hardware, byte[] to) {
        if (!source.v6()) {
            return ArpFrames.gratuitous(source, hardware, to);
        }
        byte[] frame = ArpFrames.neighbourAdvertisement(source, hardware, forwards(device));
        if (!Arrays.equals(to, ArpFrames.broadcast())) {
            System.arraycopy(to, 0, frame, 0, ArpFrames.HARDWARE);
        }
        return frame;
    }

    private static boolean forwards(String device) {
        // Of a device that isn't there, sending will say so.
        return Sysctl.get(Sysctl.ofInterface("ipv6", device, "forwarding"))
                .filter("1"::equals)
                .isPresent();
    }

    private static Optional<byte[]> hardware(String text) {
        String digits = text.matches("([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}") ? text.replace(":", "") : text;
        return digits.matches("[0-9a-fA-F]{12}") ? Optional.of(HexFormat.of().parseHex(digits)) : Optional.empty();
    }

    private static int fail(PrintStream err, String words) {
        err.print("send_arp: " + words + "\n");
        return 1;
    }
}
