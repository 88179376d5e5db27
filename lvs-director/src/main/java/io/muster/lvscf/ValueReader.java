package io.muster.lvscf;

import static io.muster.finding.Shown.quoted;

import io.muster.checks.Statuses;
import io.muster.cli.Nearest;
import io.muster.finding.Findings;
import io.muster.ipvs.SchedulerFlag;
import io.muster.net.IpAddress;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads what stands behind `=`. Every refusal carries the original's phrase: `integer expected`, `boolean expected`,
/// `invalid argument`, `invalid host name or ip address`, `Bad subnet mask specified`, `quotation mismatch`,
/// `missing arguments`, `unexpected arguments`, `list expected`.
final class ValueReader {
    /// strtol(3) with base 0, the whole word.
    private static final Pattern INTEGER = Pattern.compile("[+-]?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)");

    private static final Pattern HOST_NAME = Pattern.compile("(?=.*[A-Za-z])[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})");
    private static final Pattern LEADING_ZERO = Pattern.compile("(?=.*(^|\\.)0\\d)\\d{1,4}(\\.\\d{1,4}){3}");
    private static final Pattern DEVICE = Pattern.compile("[^/\\s\\p{Cntrl}]{1,15}");
    private static final Pattern STATUS = Pattern.compile("([0-9]{1,9})(?:-([0-9]{1,9}))?");
    private static final Pattern SERVICE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9+._/-]{0,62}");

    private static final List<String> ALL_FLAGS = Stream.of("sh", "mh")
            .flatMap(scheduler -> SchedulerFlag.names(scheduler).stream())
            .distinct()
            .toList();

    private final NameLookup names;
    private final Findings findings;
    private final Map<String, Optional<IpAddress>> asked = new HashMap<>();

    ValueReader(NameLookup names, Findings findings) {
        this.names = names;
        this.findings = findings;
    }

    /// Reads the value of a line whose second token is `=`.
    Block.Entry read(Key key, Line line) {
        List<Line.Token> tokens = line.tokens();
        if (tokens.size() < 3) {
            Line.Token equals = tokens.get(1);
            findings.error(equals, key.name() + ": missing arguments: a value must follow the =");
            return new Block.Entry(line.first(), equals, "", null);
        }
        Line.Token at = tokens.get(2);
        String rest = line.text().substring(at.column() - 1);
        if (isUnset(key, at.text())) {
            return new Block.Entry(line.first(), at, rest, Block.UNSET);
        }
        Object value = switch (key.shape()) {
            case TEXT -> QuotedText.read(key, at, rest, findings);
            case LIST -> list(key, tokens);
            case IGNORED -> ignored(key, line.first());
            case PLACED -> placed(key, tokens);
            case STATUSES -> statuses(key, tokens);
            case INTEGER, FLAG, DURATION, HOST, MASK, PORT, WORD, SCHEDULER_FLAGS ->
                only(key, tokens, 1) ? single(key, at) : null;
        };
        return new Block.Entry(line.first(), at, rest, value);
    }

    /// The original's web interface writes zeros for what isn't given, and its daemons take them so.
    private static boolean isUnset(Key key, String text) {
        return switch (key.shape()) {
            case HOST, PLACED -> text.equals("0.0.0.0") || text.equals("::");
            case MASK -> text.equals("0.0.0.0") || text.equals("0");
            case TEXT, LIST, IGNORED, INTEGER, FLAG, DURATION, PORT, WORD, SCHEDULER_FLAGS, STATUSES -> false;
        };
    }

    private @Nullable Object single(Key key, Line.Token at) {
        return switch (key.shape()) {
            case INTEGER -> integer(key, at);
            case FLAG -> flag(key, at);
            case DURATION -> duration(key, at);
            case HOST -> host(key, at, at.text());
            case MASK -> mask(key, at, at.text());
            case PORT -> port(key, at);
            case WORD -> word(key, at);
            case SCHEDULER_FLAGS -> schedulerFlags(key, at);
            case TEXT, LIST, IGNORED, PLACED, STATUSES -> throw new IllegalStateException(key.name());
        };
    }

    private boolean only(Key key, List<Line.Token> tokens, int wanted) {
        if (tokens.size() <= 2 + wanted) {
            return true;
        }
        Line.Token extra = tokens.get(2 + wanted);
        findings.error(extra, key.name() + ": " + unexpected(extra.text()));
        return false;
    }

    /// The phrase for a word too many, with the usual reason.
    static String unexpected(String word) {
        return "unexpected arguments: " + quoted(word)
                + (word.startsWith("#") ? ": a comment must have a line of its own" : "");
    }

    private @Nullable Long integer(Key key, Line.Token at) {
        Long number = number(key, at, at.text(), "");
        return number == null || !inRange(key, at, number, key.low(), key.high()) ? null : number;
    }

    private @Nullable Long number(Key key, Line.Token at, String text, String hint) {
        if (!INTEGER.matcher(text).matches()) {
            findings.error(at, key.name() + ": integer expected, not " + quoted(text) + hint + unquote(text));
            return null;
        }
        boolean minus = text.startsWith("-");
        String digits = minus || text.startsWith("+") ? text.substring(1) : text;
        boolean hex = digits.startsWith("0x") || digits.startsWith("0X");
        boolean octal = !hex && digits.length() > 1 && digits.startsWith("0");
        BigInteger number = hex ? new BigInteger(digits.substring(2), 16) : new BigInteger(digits, octal ? 8 : 10);
        number = minus ? number.negate() : number;
        if (octal && number.bitLength() > 3) {
            findings.warn(at, key.name() + ": " + quoted(text) + " begins with 0 and so is octal: " + number);
        }
        return number.bitLength() < 63 ? number.longValue() : minus ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    private boolean inRange(Key key, Line.Token at, long number, long low, long high) {
        if (number >= low && number <= high) {
            return true;
        }
        findings.error(
                at,
                key.name() + ": invalid argument " + quoted(at.text()) + ": " + low
                        + (high == Integer.MAX_VALUE ? " or more" : " to " + high));
        return false;
    }

    private @Nullable Long flag(Key key, Line.Token at) {
        Long number = number(key, at, at.text(), ": 0 or 1");
        if (number != null && number != 0 && number != 1) {
            findings.error(at, key.name() + ": boolean expected, not " + quoted(at.text()) + ": 0 or 1");
            return null;
        }
        return number;
    }

    private @Nullable Long duration(Key key, Line.Token at) {
        boolean ms = at.text().endsWith("ms");
        String digits = ms ? at.text().substring(0, at.text().length() - 2) : at.text();
        if (!INTEGER.matcher(digits).matches()) {
            findings.error(
                    at,
                    key.name() + ": integer expected, not " + quoted(at.text())
                            + ": seconds, or milliseconds written as 200ms" + unquote(digits));
            return null;
        }
        Long number = number(key, at, digits, "");
        if (number == null || !inRange(key, at, number, key.low(), ms ? key.high() * 1000 : key.high())) {
            return null;
        }
        return ms ? number : number * 1000;
    }

    private @Nullable IpAddress host(Key key, Line.Token at, String text) {
        if (LEADING_ZERO.matcher(text).matches()) {
            findings.error(
                    at,
                    key.name() + ": invalid host name or ip address " + quoted(text)
                            + ": with a leading zero the original took a number for octal: write it without");
            return null;
        }
        Optional<IpAddress> found = IpAddress.parse(text);
        if (found.isEmpty() && HOST_NAME.matcher(text).matches()) {
            found = asked.computeIfAbsent(text, names::host);
        }
        if (found.isEmpty()) {
            findings.error(at, key.name() + ": invalid host name or ip address " + quoted(text) + unquote(text));
        } else if (isNoHost(found.get())) {
            findings.error(at, key.name() + ": invalid argument " + quoted(text) + ": not the address of a host");
            return null;
        }
        return found.orElse(null);
    }

    private static boolean isNoHost(IpAddress address) {
        var inet = address.inet();
        return inet.isAnyLocalAddress() || inet.isMulticastAddress() || !address.v6() && address.low() == 0xffff_ffffL;
    }

    private Block.@Nullable Placed placed(Key key, List<Line.Token> tokens) {
        Line.Token at = tokens.get(2);
        if (tokens.size() < 4) {
            findings.error(at, key.name() + ": missing arguments: an address and a device, as in \"10.0.0.1 eth0:1\"");
            return null;
        }
        if (!only(key, tokens, 2)) {
            return null;
        }
        int slash = at.text().indexOf('/');
        IpAddress address = host(key, at, slash < 0 ? at.text() : at.text().substring(0, slash));
        Block.Mask mask = slash < 0 ? null : mask(key, at, at.text().substring(slash + 1));
        Line.Token device = tokens.get(3);
        boolean named =
                DEVICE.matcher(device.text()).matches() && !device.text().startsWith(":");
        if (!named) {
            findings.error(
                    device,
                    key.name() + ": invalid argument " + quoted(device.text())
                            + ": a device's name, 15 characters at most" + unquote(device.text()));
        }
        if (address == null || !named || slash >= 0 && mask == null) {
            return null;
        }
        int prefix = mask == null ? -1 : mask.prefix(address.v6());
        if (mask != null && prefix < 0) {
            badMask(key, at, at.text().substring(slash + 1));
            return null;
        }
        return new Block.Placed(address, prefix, device.text());
    }

    /// `255.255.255.0`, or Muster's own: a length, `24` or `/24`.
    private Block.@Nullable Mask mask(Key key, Line.Token at, String text) {
        String digits = text.startsWith("/") ? text.substring(1) : text;
        if (digits.matches("[0-9]{1,3}")) {
            int length = Integer.parseInt(digits);
            if (length >= 1 && length <= 128) {
                return new Block.Mask(false, length);
            }
        }
        Optional<IpAddress> dotted = IpAddress.parse(text).filter(address -> !address.v6());
        if (dotted.isEmpty() || dotted.get().low() == 0) {
            badMask(key, at, text);
            return null;
        }
        return new Block.Mask(true, (int) dotted.get().low());
    }

    private void badMask(Key key, Line.Token at, String text) {
        findings.error(at, key.name() + ": Bad subnet mask specified: " + quoted(text) + unquote(text));
    }

    private @Nullable Long port(Key key, Line.Token at) {
        String text = at.text();
        if (INTEGER.matcher(text).matches()) {
            return integer(key, at);
        }
        var found = SERVICE_NAME.matcher(text).matches() ? names.tcpPort(text) : java.util.OptionalInt.empty();
        if (found.isEmpty()) {
            findings.error(
                    at,
                    key.name() + ": invalid argument " + quoted(text) + ": neither a port nor the name of a TCP service"
                            + unquote(text));
            return null;
        }
        return (long) found.getAsInt();
    }

    private @Nullable String word(Key key, Line.Token at) {
        if (key.words().contains(at.text())) {
            return at.text();
        }
        String hint = Nearest.hint(at.text(), key.words());
        findings.error(
                at,
                key.name() + ": invalid argument " + quoted(at.text())
                        + (hint.isEmpty() ? ": one of " + String.join(", ", key.words()) : hint)
                        + unquote(at.text()));
        return null;
    }

    /// Whether they fit the scheduler only the whole block can say.
    private @Nullable List<SchedulerFlag> schedulerFlags(Key key, Line.Token at) {
        var flags = new ArrayList<SchedulerFlag>();
        for (String name : at.text().split(",", -1)) {
            Optional<SchedulerFlag> flag = SchedulerFlag.named(name);
            if (flag.isEmpty()) {
                String hint = Nearest.hint(name, ALL_FLAGS);
                findings.error(
                        at,
                        key.name() + ": invalid argument " + quoted(name)
                                + (hint.isEmpty() ? ": of " + String.join(", ", ALL_FLAGS) + ", with commas" : hint)
                                + unquote(name));
                return null;
            }
            flags.add(flag.get());
        }
        return flags;
    }

    /// Every wrong one is told.
    private @Nullable Statuses statuses(Key key, List<Line.Token> tokens) {
        var ranges = new ArrayList<Statuses.Range>();
        boolean good = true;
        for (Line.Token token : tokens.subList(2, tokens.size())) {
            int column = token.column();
            for (String text : token.text().split(",", -1)) {
                var at = new Line.Token(token.line(), column, text);
                column += text.length() + 1;
                Matcher match = STATUS.matcher(text);
                if (!match.matches()) {
                    findings.error(
                            at,
                            key.name() + ": invalid argument " + quoted(text)
                                    + (text.startsWith("#")
                                            ? ": a comment must have a line of its own"
                                            : ": statuses and ranges of them, as in \"200-299,301\"" + unquote(text)));
                    return null;
                }
                int low = Integer.parseInt(match.group(1));
                int high = match.group(2) == null ? low : Integer.parseInt(match.group(2));
                if (low > high) {
                    findings.error(
                            at,
                            key.name() + ": invalid argument " + quoted(text) + ": is \"" + high + "-" + low
                                    + "\" meant?");
                    good = false;
                } else if (inRange(key, at, low, key.low(), key.high())
                        && inRange(key, at, high, key.low(), key.high())) {
                    ranges.add(new Statuses.Range(low, high));
                } else {
                    good = false;
                }
            }
        }
        return good ? new Statuses(ranges) : null;
    }

    private @Nullable List<String> list(Key key, List<Line.Token> tokens) {
        if (!tokens.get(2).text().equals("[") || !tokens.getLast().text().equals("]")) {
            findings.error(tokens.get(2), key.name() + ": list expected, as in \"[ a b ]\"");
            return null;
        }
        return tokens.subList(3, tokens.size() - 1).stream()
                .map(Line.Token::text)
                .toList();
    }

    private @Nullable Object ignored(Key key, Line.Token at) {
        findings.warn(
                at,
                key.name() + " is ignored here: the original's web interface writes it, its daemons call it an unknown"
                        + " command");
        return null;
    }

    private static String unquote(String text) {
        return text.startsWith("\"") || text.startsWith("'") ? ": without quotes" : "";
    }
}
