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
}
