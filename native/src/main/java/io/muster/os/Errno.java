package io.muster.os;

import java.util.Map;

/// The kernel's error numbers and what they say, in the words of glibc's C locale whatever the operator's language
/// (errno(3)).
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int ERANGE = 34;
    public static final int EMSGSIZE = 90;
    public static final int EOPNOTSUPP = 95;
    public static final int EAFNOSUPPORT = 97;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ENETUNREACH = 101;
    public static final int ENOBUFS = 105;
    public static final int ETIMEDOUT = 110;
    public static final int EHOSTUNREACH = 113;

    private static final Map<Integer, String> WORDS = Map.ofEntries(
            Map.entry(EPERM, "Operation not permitted"),
            Map.entry(ENOENT, "No such file or directory"),
            Map.entry(ESRCH, "No such process"),
            Map.entry(EINTR, "Interrupted system call"),
            Map.entry(EIO, "Input/output error"),
            Map.entry(EAGAIN, "Resource temporarily unavailable"),
            Map.entry(ENOMEM, "Cannot allocate memory"),
            Map.entry(EACCES, "Permission denied"),
            Map.entry(EBUSY, "Device or resource busy"),
            Map.entry(EEXIST, "File exists"),
            Map.entry(ENODEV, "No such device"),
            Map.entry(EINVAL, "Invalid argument"),
            Map.entry(ERANGE, "Numerical result out of range"),
            Map.entry(EMSGSIZE, "Message too long"),
            Map.entry(EOPNOTSUPP, "Operation not supported"),
            Map.entry(EAFNOSUPPORT, "Address family not supported by protocol"),
            Map.entry(EADDRNOTAVAIL, "Cannot assign requested address"),
            Map.entry(ENETDOWN, "Network is down"),
            Map.entry(ENETUNREACH, "Network is unreachable"),
            Map.entry(ENOBUFS, "No buffer space available"),
            Map.entry(ETIMEDOUT, "Connection timed out"),
            Map.entry(EHOSTUNREACH, "No route to host"));

    private Errno() {}

    /// What an error number says.
    public static String words(int errno) {
        String known = WORDS.get(errno);
        return known != null ? known : NetC.strerror(errno);
    }
}
