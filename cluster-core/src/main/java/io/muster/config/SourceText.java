package io.muster.config;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Octets to text, before any XML: strictly, in the encoding that the byte order mark or the XML declaration
/// names.
final class SourceText {
    private static final Pattern DECLARED = Pattern.compile("^<\\?xml[^>]*?encoding\\s*=\\s*[\"']([A-Za-z0-9._-]+)");
    private static final Map<String, Charset> KNOWN = Map.of(
            "utf-8", StandardCharsets.UTF_8,
            "utf8", StandardCharsets.UTF_8,
            "us-ascii", StandardCharsets.UTF_8,
            "ascii", StandardCharsets.UTF_8,
            "iso-8859-1", StandardCharsets.ISO_8859_1,
            "latin1", StandardCharsets.ISO_8859_1);

    private SourceText() {}

    static String decode(byte[] octets) throws XmlTree.Unreadable {
        Charset charset = charset(octets);
        int skip = starts(octets, 0xef, 0xbb, 0xbf) ? 3 : 0;
        CharsetDecoder decoder = charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(octets, skip, octets.length - skip);
        CharBuffer out = CharBuffer.allocate(octets.length + 1);
        CoderResult result = decoder.decode(in, out, true);
        String text = out.flip().toString();
        int zero = text.indexOf('\0');
        if (result.isError() || zero >= 0) {
            String good = zero >= 0 ? text.substring(0, zero) : text;
            int line = 1 + (int) good.chars().filter(c -> c == '\n').count();
            int column = good.length() - good.lastIndexOf('\n');
            throw new XmlTree.Unreadable(line, column, "not text: an octet that " + charset + " doesn't have");
        }
        return text;
    }

    /// What the octets say they are in.
    static Charset charset(byte[] octets) throws XmlTree.Unreadable {
        if (starts(octets, 0xef, 0xbb, 0xbf)) {
            return StandardCharsets.UTF_8;
        }
        if (starts(octets, 0xfe, 0xff) || starts(octets, 0xff, 0xfe)) {
            return StandardCharsets.UTF_16;
        }
        String head = new String(octets, 0, Math.min(octets.length, 256), StandardCharsets.ISO_8859_1);
        Matcher declared = DECLARED.matcher(head);
        if (!declared.find()) {
            return StandardCharsets.UTF_8;
        }
        Charset known = KNOWN.get(declared.group(1).toLowerCase(Locale.ROOT));
        if (known == null) {
            throw new XmlTree.Unreadable(
                    1, 1, "encoding \"" + declared.group(1) + "\" isn't known here: write the file in UTF-8");
        }
        return known;
    }

    private static boolean starts(byte[] octets, int... mark) {
        if (octets.length < mark.length) {
            return false;
        }
        for (int i = 0; i < mark.length; i++) {
            if ((octets[i] & 0xff) != mark[i]) {
                return false;
            }
        }
        return true;
    }
}
