package io.muster.net;

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
            // Netty's exception for ENOENT has no words of its own.
            String name = cause.getClass().getSimpleName();
            return name.equals("FileNotFoundException") ? "No such file or directory" : name;
        }
        String words = CALL.matcher(text).replaceAll("");
        return words.equals(text) ? text : PEER.matcher(words).replaceFirst("");
    }
}
