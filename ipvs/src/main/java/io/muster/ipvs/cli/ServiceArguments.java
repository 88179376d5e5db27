package io.muster.ipvs.cli;

import io.muster.ipvs.SchedulerFlag;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.VirtualService;
import io.muster.net.IpAddress;
import java.util.Optional;
import java.util.OptionalInt;

/// What a command line says of the virtual service, collected as it comes: the order matters, since the mask is read
/// by the family known so far, and naming an IPv6 service puts it back to all of the address.
final class ServiceArguments {
    /// Of `-p` alone.
    static final int PERSISTENT_S = 360;

    private static final int SCHEDULER_LENGTH = 15;

    private final Names names;
    private int protocol;
    private IpAddress address = new IpAddress(false, 0, 0);
    private int port;
    private int fwmark;
    private boolean marked;
    private int netmask = -1;
    private int flags;
    private int timeoutS;
    private String scheduler = "";
    private String engine = "";
    private String flagNames = "";

    ServiceArguments(Names names) {
        this.names = names;
    }

    void address(Opt option, String text) throws Refused {
        protocol = switch (option) {
            case UDP -> ServiceId.UDP;
            case SCTP -> ServiceId.SCTP;
            default -> ServiceId.TCP;
        };
        Endpoint endpoint = Endpoint.parse(text, protocol, names)
                .orElseThrow(() -> Refused.words("illegal virtual server address[:port] specified"));
        address = endpoint.address();
        port = endpoint.port().orElse(0);
        if (address.v6()) {
            netmask = 128;
        }
    }

    void mark(String text) throws Refused {
        fwmark = (int) Texts.number(text, 1L, 0xffff_ffffL)
                .orElseThrow(() -> Refused.words("invalid fwmark value `" + text + "' specified"));
        // Ports of its servers may have TCP's names.
        protocol = ServiceId.TCP;
        marked = true;
    }

    /// @param known whether a service has been named
    void v6(boolean known) throws Refused {
        if (!known || !marked) {
            // The original's text ends with a line end of its own.
            throw Refused.words("-6 used before -f\n");
        }
        address = new IpAddress(true, 0, 0);
        netmask = 128;
    }

    void scheduler(String text) {
        scheduler = text.length() > SCHEDULER_LENGTH ? text.substring(0, SCHEDULER_LENGTH) : text;
    }

    void persistent(int seconds) {
        flags |= VirtualService.PERSISTENT;
        timeoutS = seconds;
    }

    void netmask(String text) throws Refused {
        if (address.v6()) {
            OptionalInt prefix = Texts.number(text, 1, 128);
            netmask = prefix.orElseThrow(() -> Refused.words("illegal ipv6 netmask specified"));
        } else {
            netmask = (int) Texts.inetAton(text)
                    .orElseThrow(() -> Refused.words("illegal virtual server persistent mask specified"));
        }
    }

    void onePacket() {
        flags |= VirtualService.ONE_PACKET;
    }

    void engine(String text) {
        engine = text.length() > SCHEDULER_LENGTH ? text.substring(0, SCHEDULER_LENGTH) : text;
    }

    void flags(String text) {
        flagNames = text;
    }

    /// Once the scheduler is known.
    void checkFlags() throws Refused {
        for (String name : flagNames.split(",")) {
            if (!name.isEmpty()) {
                SchedulerFlag flag = SchedulerFlag.named(name)
                        .orElseThrow(() -> Refused.words("invalid scheduler flag `" + name + "'"));
                if (!flag.fits(scheduler())) {
                    throw Refused.words("incompatible scheduler flag `" + name + "'");
                }
                flags |= flag.bit();
            }
        }
    }

    int protocol() {
        return protocol;
    }

    int port() {
        return port;
    }

    ServiceId id() {
        return marked ? ServiceId.mark(fwmark, address.v6()) : new ServiceId(protocol, address, port, 0);
    }

    VirtualService service() throws Refused {
        if (!marked && port == 0 && (flags & VirtualService.PERSISTENT) == 0) {
            throw Refused.words("Zero port specified for non-persistent service");
        }
        if (!marked && protocol != ServiceId.UDP && (flags & VirtualService.ONE_PACKET) != 0) {
            throw Refused.words("One-Packet Scheduling is only for UDP virtual services");
        }
        return new VirtualService(id(), scheduler(), flags, timeoutS, netmask, engine);
    }

    private String scheduler() {
        return Optional.of(scheduler).filter(named -> !named.isEmpty()).orElse("wlc");
    }
}
