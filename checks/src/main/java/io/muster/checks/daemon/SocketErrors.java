package io.muster.checks.daemon;

import io.muster.os.Errno;
import io.netty.channel.unix.Errors;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Error numbers of sockets (Linux, errno(3)) in an operator's words, and whether they are the server's
/// fault.
final class SocketErrors {
    private static final Pattern NUMBER = Pattern.compile("error\\(-?(\\d+)\\)");
    private static final int EMFILE = 24;

    private SocketErrors() {}

    /// 0 if it doesn't say.
    static int number(Exception e) {
        if (e instanceof Errors.NativeIoException known) {
            return Math.abs(known.expectedErr());
        }
        if (e instanceof PortUnreachableException) {
            return 111;
        }
        Matcher matcher = NUMBER.matcher(String.valueOf(e.getMessage()));
        if (matcher.find()) {
            return Integer.parseInt(matcher.group(1));
        }
        return e instanceof NoRouteToHostException ? 113 : 0;
    }

    static String words(int errno) {
        return switch (errno) {
            case 1, 13 -> "forbidden by this machine's own rules";
            case 32 -> "connection closed by the server";
            case 100, 101 -> "network unreachable";
            case 103, 104 -> "connection reset by the server";
            case 110 -> "connection timed out";
            case 111 -> "connection refused";
            case 112, 113 -> "no route to the server";
            default -> Errno.words(errno);
        };
    }

    /// Out of descriptors, memory, buffers or ports: no news of the server.
    static boolean ours(int errno) {
        return errno == 23 || errno == EMFILE || errno == 12 || errno == 105 || errno == 99 || errno == 11;
    }

    static String ourWords(int errno) {
        return switch (errno) {
            case 23, EMFILE -> "no file descriptor left";
            case 12, 105 -> "no memory for sockets";
            case 99, 11 -> "no local address or port left";
            default -> Errno.words(errno);
        };
    }
}
