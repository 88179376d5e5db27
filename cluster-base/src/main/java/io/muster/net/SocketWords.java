package io.muster.net;

import java.io.FileNotFoundException;
import java.util.regex.Pattern;

/// What the kernel says of a socket, for people: the text of errno(3) without the call and the number that Netty puts
/// before it (`connect(..) failed with error(-22): Invalid argument`). The subject is for whoever prints it.
///
/// Thread: any.
public final class SocketWords {
    private static final Pattern CALL = Pattern.compile("\\w+\\(\\.\\.\\) failed(?: with error\\(-?\\d+\\))?: ");

    /// What Netty appends of the peer, which the subject names already.
    private static final Pattern PEER = Pattern.compile(": (?:\\S*/\\S+|unix:.*|/\\S+)$");

    private SocketWords() {}

    /// @return never empty
    public static String of(Throwable cause) {
        String text = cause.getMessage();
        if (text == null || text.isBlank()) {
            if (cause instanceof FileNotFoundException) {
                return "No such file or directory";
            }
            return cause.getClass().getSimpleName();
        }
        String words = CALL.matcher(text).replaceAll("");
        return words.equals(text) ? text : PEER.matcher(words).replaceFirst("");
    }
}
