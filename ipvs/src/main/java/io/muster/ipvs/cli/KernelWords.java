package io.muster.ipvs.cli;

import io.muster.ipvs.IpvsError;
import io.muster.os.Errno;

/// The kernel's refusals in the original's words: some by what was asked, the others for all.
final class KernelWords {
    private static final int ENOPROTOOPT = 92;
    private static final int EMEDIUMTYPE = 124;

    private KernelWords() {}

    static String of(Verb verb, IpvsError error) {
        return switch (error.errno()) {
            case Errno.ENOENT ->
                switch (verb) {
                    case ADD_SERVICE, EDIT_SERVICE -> "Scheduler or persistence engine not found";
                    case EDIT_SERVER, DELETE_SERVER -> "No such destination";
                    default -> of(error);
                };
            case Errno.ESRCH ->
                switch (verb) {
                    case ADD_SERVER, EDIT_SERVER, DELETE_SERVER -> "Service not defined";
                    case STOP_DAEMON -> "No daemon is running";
                    case EDIT_SERVICE, DELETE_SERVICE, ZERO, LIST -> "No such service";
                    default -> of(error);
                };
            case Errno.EEXIST ->
                switch (verb) {
                    case ADD_SERVICE -> "Service already exists";
                    case ADD_SERVER -> "Destination already exists";
                    case START_DAEMON -> "Daemon has already run";
                    default -> of(error);
                };
            default -> of(error);
        };
    }

    /// What doesn't depend on the command.
    static String of(IpvsError error) {
        return switch (error.errno()) {
            case Errno.EPERM -> "Permission denied (you must be root)";
            case Errno.ENOMEM -> "Memory allocation problem";
            case Errno.EINVAL -> "Invalid operation.  Possibly wrong module version, address not unicast, ...";
            case ENOPROTOOPT -> "Protocol not available";
            case Errno.EOPNOTSUPP -> "Operation not supported with IPv6";
            case Errno.EAFNOSUPPORT -> "Operation not supported with specified address family";
            case EMEDIUMTYPE -> "Module is wrong version";
            default -> Errno.words(error.errno());
        };
    }
}
