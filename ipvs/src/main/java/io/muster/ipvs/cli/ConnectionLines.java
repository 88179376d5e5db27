package io.muster.ipvs.cli;

import io.muster.ipvs.Connection;
import io.muster.ipvs.ServiceId;

/// What `ipvsadm -Lc` prints: a line for each connection and template.
///
/// Source: section 4 of our notes and `ipvsadm` 1.31 as observed.
final class ConnectionLines {
    private final boolean engines;
    private final Names names;

    /// @param engines whether persistence engines' columns are wanted (`--persistent-conn`)
    ConnectionLines(boolean engines, Names names) {
        this.engines = engines;
        this.names = names;
    }

    String title() {
        return "IPVS connection entries\npro expire state       source             virtual            destination"
                + (engines ? "        pe name          pe_data\n" : "\n");
    }

    String line(Connection connection) {
        int protocol = connection.protocol();
        var text = new StringBuilder()
                .append(Listing.pad(protocol(protocol), 3))
                .append(' ')
                .append(Listing.pad(expiry(connection.expiresS()), 6))
                .append(' ')
                .append(Listing.pad(connection.state(), 11))
                .append(' ')
                .append(Listing.pad(names.pair(connection.client(), connection.clientPort(), protocol), 18))
                .append(' ')
                .append(Listing.pad(names.pair(connection.virtual(), connection.virtualPort(), protocol), 18))
                .append(' ');
        String destination = names.pair(connection.destination(), connection.destinationPort(), protocol);
        if (engines && !connection.engine().isEmpty()) {
            text.append(Listing.pad(destination, 16))
                    .append(' ')
                    .append(Listing.pad(connection.engine(), 18))
                    .append(' ')
                    .append(connection.engineData());
        } else {
            text.append(destination);
        }
        return text.append('\n').toString();
    }

    private static String expiry(long seconds) {
        return two(seconds / 60) + ":" + two(seconds % 60);
    }

    private static String two(long number) {
        return number < 10 ? "0" + number : Long.toString(number);
    }

    private static String protocol(int number) {
        return switch (number) {
            case 0 -> "IP";
            case ServiceId.TCP, ServiceId.UDP, ServiceId.SCTP -> Listing.protocol(number);
            default -> "IP_" + number;
        };
    }
}
