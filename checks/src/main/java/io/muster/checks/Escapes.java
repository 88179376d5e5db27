package io.muster.checks;

/// The escapes of send and expect strings: `\n \r \t \\ \' \"`, in strings longer than one character.
/// Others stay as they are, backslash included.
final class Escapes {
    private Escapes() {}

    static String expand(String text) {
        if (text.length() < 2 || text.indexOf('\\') < 0) {
            return text;
        }
        var out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int code = c == '\\' && i + 1 < text.length() ? "nrt\\'\"".indexOf(text.charAt(i + 1)) : -1;
            if (code < 0) {
                out.append(c);
            } else {
                out.append("\n\r\t\\'\"".charAt(code));
                i++;
            }
        }
        return out.toString();
    }
}
