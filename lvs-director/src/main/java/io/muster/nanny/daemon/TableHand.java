package io.muster.nanny.daemon;

import io.muster.checks.Target;
import io.muster.ipvs.Destination;
import io.muster.ipvs.DestinationEntry;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsException;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.IpvsTable;
import io.muster.ipvs.ServiceId;
import io.muster.os.Errno;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Brings one server of one service to the weight it should have. Thread: one at a time; may block as
/// the table does.
interface TableHand extends AutoCloseable {
    /// The weight it has now; empty if it isn't there.
    OptionalInt weight() throws IpvsException;

    /// Adds it, or changes its weight.
    void set(int weight) throws IpvsException;

    /// Takes it out.
    void remove() throws IpvsException;

    @Override
    void close();

    /// Does it.
    static TableHand on(IpvsTable table, ServiceId service, Target target, Forwarding forwarding) {
        return new TableHand() {
            private Destination destination(int weight) {
                return Destination.of(target.address(), target.port(), forwarding, weight);
            }

            private Optional<Destination> present() throws IpvsException {
                return table.destinations(service).stream()
                        .map(DestinationEntry::destination)
                        .filter(destination(0)::sameServer)
                        .findFirst();
            }

            @Override
            public OptionalInt weight() throws IpvsException {
                return present().map(d -> OptionalInt.of(d.weight())).orElse(OptionalInt.empty());
            }

            @Override
            public void set(int weight) throws IpvsException {
                Optional<Destination> there = present();
                perform(there.<IpvsOp>map(now -> new IpvsOp.EditDestination(
                                service, destination(weight).withLimits(now.upper(), now.lower())))
                        .orElseGet(() -> new IpvsOp.AddDestination(service, destination(weight))));
            }

            @Override
            public void remove() throws IpvsException {
                if (present().isPresent()) {
                    perform(new IpvsOp.DeleteDestination(service, destination(0)));
                }
            }

            private void perform(IpvsOp op) throws IpvsException {
                IpvsError error = table.apply(List.of(op)).getFirst();
                if (!error.ok()) {
                    String words =
                            error.equals(IpvsError.NO_SERVICE) ? "no such virtual service" : Errno.words(error.errno());
                    throw new IpvsException(error, service + " -> " + target.server() + ": " + words);
                }
            }

            @Override
            public void close() {
                table.close();
            }
        };
    }

    /// Prints the commands of ipvsadm(8) that would do it.
    static TableHand printing(
            PrintStream out, String ipvsadm, ServiceId service, Target target, Forwarding forwarding) {
        return new TableHand() {
            private OptionalInt weight = OptionalInt.empty();

            @Override
            public OptionalInt weight() {
                return weight;
            }

            @Override
            public void set(int wanted) {
                String method = switch (forwarding) {
                    case ROUTE -> "-g";
                    case TUNNEL -> "-i";
                    case MASQ, LOCAL, BYPASS -> "-m";
                };
                print((weight.isPresent() ? "-e" : "-a"), " " + method + " -w " + wanted);
                weight = OptionalInt.of(wanted);
            }

            @Override
            public void remove() {
                if (weight.isPresent()) {
                    print("-d", "");
                    weight = OptionalInt.empty();
                }
            }

            private void print(String verb, String rest) {
                out.println(ipvsadm + " " + verb + " " + option() + " -r " + target.server() + rest);
                out.flush();
            }

            private String option() {
                if (service.isMark()) {
                    return "-f " + Integer.toUnsignedString(service.fwmark()) + (service.v6() ? " -6" : "");
                }
                String text = service.toString();
                return (service.protocol() == ServiceId.UDP ? "-u " : "-t ") + text.substring(text.indexOf(' ') + 1);
            }

            @Override
            public void close() {}
        };
    }
}
