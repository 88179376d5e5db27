package io.muster.ipvs;

/// How the table answers one operation.
///
/// @param errno 0, or the positive error number
public record IpvsError(int errno) {
    public static final IpvsError OK = new IpvsError(0);
    /// Service or destination isn't there (ENOENT, a destination).
    public static final IpvsError NO_DESTINATION = new IpvsError(2);
    /// ESRCH.
    public static final IpvsError NO_SERVICE = new IpvsError(3);
    public static final IpvsError NOT_PERMITTED = new IpvsError(1);
    public static final IpvsError EXISTS = new IpvsError(17);
    public static final IpvsError NO_DEVICE = new IpvsError(19);
    public static final IpvsError INVALID = new IpvsError(22);
    public static final IpvsError RANGE = new IpvsError(34);
    public static final IpvsError UNSUPPORTED = new IpvsError(95);
    public static final IpvsError FAMILY = new IpvsError(97);
    /// Not an error number of the kernel's.
    public static final IpvsError OTHER = new IpvsError(-1);

    public boolean ok() {
        return errno == 0;
    }

    /// What it means where IPVS says it, for a log line.
    public String words() {
        return switch (errno) {
            case 0 -> "done";
            case -1 -> "refused";
            case 1 -> "not permitted: CAP_NET_ADMIN is needed";
            case 2 -> "no such destination, scheduler or persistence engine";
            case 3 -> "no such service, or no daemon is running";
            case 12 -> "the kernel has no memory for it";
            case 17 -> "it exists already";
            case 19 -> "no such interface";
            case 22 -> "the kernel takes no such value";
            case 34 -> "weight or threshold out of range";
            case 95 -> "this kernel doesn't support it";
            case 97 -> "this kernel doesn't support the address family";
            default -> "error " + errno;
        };
    }
}
