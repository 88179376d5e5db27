package io.muster.ipvs.cli;

import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.Timeouts;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Turns a command line into a [Request], finding fault in the order the original does: arguments as they come, then
/// what is left over, then what is missing or out of place, then what doesn't go together.
///
/// Pure but for the names it asks for. Source: `ipvsadm` 1.31 as observed.
final class RequestParser {
    /// 31 days.
    private static final int MAX_TIMEOUT_S = 86_400 * 31;

    private final Names names;

    RequestParser(Names names) {
        this.names = names;
    }

    /// @param restoring whether the words come from a line of `-R`'s input, where another `-R` isn't understood
    Request parse(String[] args, boolean restoring) throws Refused {
        if (args.length == 0) {
            return new Request.List(Set.of(), Optional.empty());
        }
        var popt = new Popt(args);
        Popt.Step first = popt.next();
        Opt command = first.option();
        if (command == Opt.HELP) {
            return new Request.Help();
        }
        if (command == Opt.VERSION) {
            return new Request.Version();
        }
        Verb verb = verb(first, restoring);
        if (verb == Verb.START_DAEMON || verb == Verb.STOP_DAEMON) {
            checkRole(verb, first.argument());
        }
        var service = new ServiceArguments(names);
        var server = new ServerArguments(names);
        var daemon = new DaemonArguments();
        Set<Part> said = EnumSet.noneOf(Part.class);
        Popt.Step step;
        for (step = popt.next(); step.option() != null; step = popt.next()) {
            take(popt, step.option(), step.argument(), said, service, server, daemon);
        }
        if (step.problem() != null) {
            throw Refused.option(popt.lastWord() + ": " + step.problem().words());
        }
        Timeouts timeouts = verb == Verb.SET ? timeouts(popt) : new Timeouts(0, 0, 0);
        if (!popt.leftovers().isEmpty()) {
            throw Refused.words("unexpected argument " + popt.leftovers().peek());
        }
        if (said.contains(Part.SCHED_FLAGS)) {
            service.checkFlags();
        }
        verb.check(said);
        return switch (verb) {
            case ADD_SERVICE -> change(verb, new IpvsOp.AddService(service.service()));
            case EDIT_SERVICE -> change(verb, new IpvsOp.EditService(service.service()));
            case DELETE_SERVICE -> change(verb, new IpvsOp.DeleteService(service.id()));
            case FLUSH -> change(verb, new IpvsOp.Flush());
            case ADD_SERVER ->
                change(verb, new IpvsOp.AddDestination(service.id(), server.destination(service.id(), said)));
            case EDIT_SERVER ->
                change(verb, new IpvsOp.EditDestination(service.id(), server.destination(service.id(), said)));
            case DELETE_SERVER -> change(verb, new IpvsOp.DeleteDestination(service.id(), server.bare()));
            case SET -> change(verb, new IpvsOp.SetTimeouts(timeouts));
            case START_DAEMON -> change(verb, new IpvsOp.StartDaemon(daemon.daemon("master".equals(first.argument()))));
            case STOP_DAEMON -> change(verb, new IpvsOp.StopDaemon("master".equals(first.argument()), daemon.syncId()));
            case ZERO ->
                change(verb, said.contains(Part.SERVICE) ? new IpvsOp.Zero(service.id()) : new IpvsOp.ZeroAll());
            case RESTORE -> new Request.Restore();
            case SAVE -> new Request.Save(said.contains(Part.NUMERIC));
            case LIST -> list(said, service);
        };
    }

    private static Request change(Verb verb, IpvsOp operation) {
        return new Request.Change(verb, operation);
    }

    private static Verb verb(Popt.Step first, boolean restoring) throws Refused {
        Opt option = first.option();
        Verb verb = option == null ? null : Verb.of(option).orElse(null);
        if (verb == null || verb == Verb.RESTORE && restoring) {
            throw Refused.tryHelp();
        }
        return verb;
    }

    private static void checkRole(Verb verb, @Nullable String role) throws Refused {
        if (!"master".equals(role) && !"backup".equals(role)) {
            throw Refused.words(
                    verb == Verb.START_DAEMON
                            ? "illegal start-daemon parameter specified"
                            : "illegal start_daemon specified");
        }
    }

    private static void take(
            Popt popt,
            Opt option,
            @Nullable String argument,
            Set<Part> said,
            ServiceArguments service,
            ServerArguments server,
            DaemonArguments daemon)
            throws Refused {
        if (option.part().isPresent()) {
            Part part = option.part().get();
            if (!said.add(part)) {
                throw Refused.words("multiple '" + part.word() + "' options specified");
            }
        }
        String text = argument == null ? "" : argument;
        switch (option) {
            case TCP, UDP, SCTP -> service.address(option, text);
            case FWMARK -> service.mark(text);
            case IPV6 -> service.v6(said.contains(Part.SERVICE));
            case SCHEDULER -> service.scheduler(text);
            case PERSISTENT -> service.persistent(argument == null ? ServiceArguments.PERSISTENT_S : timeout(text, 1));
            case NETMASK -> service.netmask(text);
            case OPS -> service.onePacket();
            case PE -> service.engine(text);
            case SCHED_FLAGS -> service.flags(text);
            case REAL_SERVER -> server.address(text, service);
            case GATEWAYING, IPIP, MASQUERADING -> server.forwarding(option);
            case WEIGHT -> server.weight(text);
            case U_THRESHOLD -> server.upper(text);
            case L_THRESHOLD -> server.lower(text);
            case TUN_TYPE -> server.tunnelType(text);
            case TUN_PORT -> server.tunnelPort(text);
            case MCAST_INTERFACE, SYNCID, MCAST_GROUP, MCAST_PORT, MCAST_TTL, SYNC_MAXLEN -> daemon.take(option, text);
            case NUMERIC,
                    CONNECTION,
                    TIMEOUT,
                    DAEMON,
                    STATS,
                    RATE,
                    THRESHOLDS,
                    PERSISTENT_CONN,
                    NOSORT,
                    SORT,
                    EXACT,
                    TUN_INFO,
                    TUN_NOCSUM,
                    TUN_CSUM,
                    TUN_REMCSUM -> {
                // That it was said is all there is to it.
            }
            case ADD_SERVICE,
                    EDIT_SERVICE,
                    DELETE_SERVICE,
                    FLUSH,
                    LIST,
                    ADD_SERVER,
                    EDIT_SERVER,
                    DELETE_SERVER,
                    ZERO,
                    RESTORE,
                    SAVE,
                    SET,
                    START_DAEMON,
                    STOP_DAEMON,
                    HELP,
                    VERSION -> throw Refused.words("invalid option `" + popt.lastWord() + "'");
        }
    }

    private static Timeouts timeouts(Popt popt) throws Refused {
        var texts = new ArrayList<String>();
        for (int i = 0; i < 3; i++) {
            String text = popt.leftovers().poll();
            if (text == null) {
                throw Refused.words("--set option requires 3 timeout values");
            }
            texts.add(text);
        }
        return new Timeouts(timeout(texts.get(0), 0), timeout(texts.get(1), 0), timeout(texts.get(2), 0));
    }

    private static int timeout(String text, int min) throws Refused {
        return Texts.number(text, min, MAX_TIMEOUT_S)
                .orElseThrow(() -> Refused.words("invalid timeout value `" + text + "' specified"));
    }

    private static Request list(Set<Part> said, ServiceArguments service) throws Refused {
        boolean other = said.contains(Part.TIMEOUT) || said.contains(Part.DAEMON);
        boolean columns = said.contains(Part.STATS) || said.contains(Part.RATE) || said.contains(Part.THRESHOLDS);
        if ((other || said.contains(Part.CONNECTION)) && columns || other && said.contains(Part.PERSISTENT_CONN)) {
            throw Refused.words("options conflicts in the list command");
        }
        return new Request.List(said, said.contains(Part.SERVICE) ? Optional.of(service.id()) : Optional.empty());
    }
}
