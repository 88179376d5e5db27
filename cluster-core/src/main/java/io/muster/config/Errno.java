package io.muster.config;

/// Error numbers of Linux that ccsd's clients know, and their texts.
public enum Errno {
    EPERM(1, "Operation not permitted: only root and members of group cluster may do that"),
    EAGAIN(11, "Resource temporarily unavailable"),
    EINVAL(22, "Invalid argument"),
    ENOSYS(38, "Function not implemented"),
    EBADR(53, "Invalid request descriptor"),
    ENODATA(61, "No data available"),
    ECONNREFUSED(111, "Connection refused");

    private final int number;
    private final String text;

    Errno(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /// Positive.
    public int number() {
        return number;
    }

    /// As strerror(3) has it; a refusal says who may.
    public String text() {
        return text;
    }

    /// The text of a number, also of one that nobody here gives.
    public static String text(int number) {
        for (Errno errno : values()) {
            if (errno.number == number) {
                return errno.text;
            }
        }
        return "Unknown error " + number;
    }
}
