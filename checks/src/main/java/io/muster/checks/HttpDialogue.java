package io.muster.checks;

import io.muster.checks.Dialogue.Step.Bad;
import io.muster.checks.Dialogue.Step.Good;
import io.muster.checks.Dialogue.Step.Say;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A request in HTTP/1.0 (RFC 1945, with the Host line of RFC 9112), so that the answer comes in one
/// piece and ends with the connection. Without a digest the status line is all that is read.
final class HttpDialogue implements Dialogue {
    private static final int LONGEST_HEAD = 16 * 1024;

    /// Longest body whose digest is taken.
    static final int LONGEST_BODY = 1024 * 1024;

    private final Check.Http check;
    private final @Nullable MessageDigest digest;
    private final StringBuilder head = new StringBuilder();
    private boolean inBody;
    private String seen = "";
    private long bodyWanted = -1;
    private long bodyGot;

    HttpDialogue(Check.Http check) {
        this.check = check;
        try {
            digest = check.digest().isEmpty()
                    ? null
                    : MessageDigest.getInstance(check.digest().length() == 32 ? "MD5" : "SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Step opened() {
        return new Say(Check.octets("GET " + check.path() + " HTTP/1.0\r\nHost: " + check.host()
                + "\r\nUser-Agent: muster-nanny\r\nAccept: */*\r\nConnection: close\r\n\r\n"));
    }

    @Override
    public Step received(ByteBuffer octets) {
        while (!inBody && octets.hasRemaining()) {
            head.append((char) (octets.get() & 255));
            if (head.charAt(head.length() - 1) == '\n') {
                Step step = line();
                if (step != WAIT) {
                    octets.position(octets.limit());
                    return step;
                }
            } else if (head.length() > LONGEST_HEAD) {
                octets.position(octets.limit());
                return new Bad("a head of more than " + LONGEST_HEAD + " octets");
            }
        }
        return inBody ? body(octets) : WAIT;
    }

    /// A whole line stands at the end of the head.
    private Step line() {
        int start = head.lastIndexOf("\n", head.length() - 2) + 1;
        String line = head.substring(start).stripTrailing();
        if (seen.isEmpty()) {
            return status(line);
        }
        if (line.isEmpty()) {
            inBody = true;
            return bodyWanted == 0 ? finished() : WAIT;
        }
        String lower = line.toLowerCase(Locale.ROOT);
        if (lower.startsWith("transfer-encoding:")) {
            return new Bad("a transfer encoding in an answer to HTTP/1.0");
        }
        if (lower.startsWith("content-length:")) {
            try {
                bodyWanted = Long.parseLong(line.substring(15).strip());
            } catch (NumberFormatException e) {
                return new Bad("no length: " + line);
            }
        }
        return head.length() > LONGEST_HEAD ? new Bad("a head of more than " + LONGEST_HEAD + " octets") : WAIT;
    }

    private Step status(String line) {
        int code = 0;
        if (line.matches("HTTP/\\d\\.\\d \\d{3}( .*)?")) {
            code = Integer.parseInt(line.substring(9, 12));
        }
        if (code == 0) {
            byte[] octets = line.getBytes(StandardCharsets.ISO_8859_1);
            return new Bad("no HTTP: " + Dialogue.shown(octets, octets.length));
        }
        seen = "status " + code;
        if (!check.statuses().good(code)) {
            return new Bad(seen + (check.statuses().ranges().isEmpty() ? "" : ", not " + check.statuses()));
        }
        return digest == null ? new Good(seen) : WAIT;
    }

    private Step body(ByteBuffer octets) {
        int there = octets.remaining();
        int take = bodyWanted < 0 ? there : (int) Math.min(there, bodyWanted - bodyGot);
        if (digest != null) {
            digest.update(octets.slice(octets.position(), take));
        }
        octets.position(octets.limit());
        bodyGot += take;
        if (bodyGot > LONGEST_BODY) {
            return new Bad("a body of more than " + LONGEST_BODY + " octets");
        }
        return bodyGot == bodyWanted ? finished() : WAIT;
    }

    private Step finished() {
        if (digest == null) {
            return new Good(seen);
        }
        String got = HexFormat.of().formatHex(digest.digest());
        return got.equals(check.digest()) ? new Good(seen + ", digest right") : new Bad("digest " + got);
    }

    @Override
    public Step closed() {
        if (inBody && bodyWanted < 0) {
            return finished();
        }
        if (inBody) {
            return new Bad("closed after " + bodyGot + " of " + bodyWanted + " octets");
        }
        return new Bad(head.isEmpty() ? "closed without an answer" : "closed within the head");
    }

    @Override
    public String awaited() {
        if (inBody) {
            return "end of the body after " + bodyGot + " octets";
        }
        return head.isEmpty() ? "answer" : "end of the head after " + head.length() + " octets";
    }
}
