package io.muster.lvscf;

import static io.muster.finding.Shown.quoted;

import io.muster.checks.Expect;
import io.muster.checks.Statuses;
import io.muster.finding.Findings;
import io.muster.lvscf.LvsConfig.CheckRule;
import io.muster.lvscf.LvsConfig.CheckRule.Kind;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// What a virtual's keys say of checking its servers.
final class CheckRules {
    private static final List<String> OURS = List.of("check_path", "check_status", "check_digest", "virtualhost");

    /// Not behind another backslash.
    private static final Pattern FOREIGN = Pattern.compile("(?<!\\\\)(?:\\\\\\\\)*(\\\\[dDwWsS])");

    /// What may stand in a Host line, with a port perhaps.
    private static final Pattern HOST =
            Pattern.compile("([A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?");

    /// What TLS takes for a server's name, or an address, for which it asks for none.
    private static final Pattern TLS_HOST = Pattern.compile(
            "(([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
                    + "|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?");

    private CheckRules() {}

    static CheckRule of(Block block, Findings findings) {
        String send = block.text("send", "");
        String expect = block.text("expect", "");
        String program = block.text("send_program", "");
        Kind kind = block.value("check", String.class)
                .map(word -> Kind.valueOf(word.toUpperCase(Locale.ROOT)))
                .orElse(
                        !program.isEmpty()
                                ? Kind.PROGRAM
                                : send.isEmpty() && expect.isEmpty() ? Kind.CONNECT : Kind.TALK);
        if (block.text("protocol", "tcp").equals("sctp")) {
            kind = overSctp(block, kind, findings);
        }
        if (kind == Kind.CONNECT && plainHttp(block)) {
            // What the original's nanny does on port 80 when it isn't told anything.
            kind = Kind.TALK;
            send = LvsConfig.CheckRule.GET;
            expect = "HTTP";
        } else if (kind == Kind.CONNECT && eighty(block)) {
            // A plain connect, asked for by name: CONNECT on a server's port 80 stands for the default above.
            kind = Kind.TALK;
            send = "";
            expect = "";
        }
        unused(block, kind, findings);
        if (block.flag("use_regex", false)) {
            regex(block, expect, findings);
        }
        foreignRegex(block, expect, findings);
        return new CheckRule(
                kind,
                block.number("timeout", 10_000),
                send,
                expect,
                block.flag("use_regex", false),
                program,
                block.text("check_path", kind == Kind.DNS ? "." : kind == Kind.HTTP || kind == Kind.HTTPS ? "/" : ""),
                host(block, kind, findings),
                block.value("check_status", Statuses.class).orElse(Statuses.USUAL),
                digest(block, findings));
    }

    /// No check of ours speaks SCTP: a server is pinged unless the file names something else.
    private static Kind overSctp(Block block, Kind kind, Findings findings) {
        for (String key : List.of("send", "expect")) {
            if (kind == Kind.TALK && block.names(key)) {
                findings.error(
                        block.place(key),
                        key + ": nothing is sent over SCTP: check = ping, or a send_program of yours");
            }
        }
        if (kind == Kind.CONNECT && block.names("check")) {
            findings.error(
                    block.place("check"),
                    "check: invalid argument \"connect\": no check connects over SCTP: ping, or a send_program of yours");
        } else if (kind == Kind.CONNECT) {
            findings.warn(
                    block.place("protocol"),
                    "protocol: servers are only pinged, since no check connects over SCTP: a send_program can do it");
        }
        return kind == Kind.CONNECT || kind == Kind.TALK ? Kind.PING : kind;
    }

    private static boolean plainHttp(Block block) {
        return !block.names("check")
                && port(block) == 80
                && block.text("protocol", "tcp").equals("tcp");
    }

    private static boolean eighty(Block block) {
        return block.names("check")
                && block.text("protocol", "tcp").equals("tcp")
                && (port(block) == 80
                        || block.blocks(Block.Kind.SERVER).stream()
                                .anyMatch(server -> server.number("checkport", server.number("port", 0)) == 80));
    }

    /// The one that is checked, of servers that say nothing else.
    private static long port(Block block) {
        return block.number("checkport", block.number("port", 80));
    }

    private static String host(Block block, Kind kind, Findings findings) {
        String host = block.text("virtualhost", "");
        if (host.isEmpty()) {
            return host;
        }
        boolean tls = kind == Kind.HTTPS;
        if (host.contains("://")) {
            findings.error(
                    block.place("virtualhost"),
                    "virtualhost: invalid argument " + quoted(host) + ": a host's name; a URL goes into check_path");
        } else if (!(tls ? TLS_HOST : HOST).matcher(host).matches()) {
            findings.error(
                    block.place("virtualhost"),
                    "virtualhost: invalid argument " + quoted(host) + ": a host's name"
                            + (tls && HOST.matcher(host).matches() ? " that TLS can ask for (RFC 6066)" : ""));
        } else if (block.text("check_path", "").contains("://")) {
            findings.warn(
                    block.place("virtualhost"),
                    "virtualhost: " + host + " is asked for, not the host that check_path names");
        }
        return host;
    }

    private static void unused(Block block, Kind kind, Findings findings) {
        boolean http = kind == Kind.HTTP || kind == Kind.HTTPS;
        for (String key : OURS) {
            if (block.names(key) && !http && !(kind == Kind.DNS && key.equals("check_path"))) {
                findings.warn(
                        block.place(key),
                        key + ": not used without check = http or https"
                                + (key.equals("check_path") ? " (or dns, for the name asked for)" : ""));
            }
        }
        if (block.names("checkport") && kind == Kind.PING) {
            findings.warn(block.place("checkport"), "checkport: not used with check = ping");
        }
        if (block.names("check")) {
            for (String key : List.of("send", "expect", "send_program")) {
                if (block.names(key)) {
                    findings.warn(
                            block.place(key), key + ": not used beside check = " + block.text("check", "another kind"));
                }
            }
        } else if (block.names("send_program") && block.names("send")) {
            findings.warn(block.place("send"), "send: not used beside send_program");
        }
    }

    private static void regex(Block block, String expect, Findings findings) {
        try {
            Expect.of(expect, true, false);
        } catch (IllegalArgumentException e) {
            findings.error(
                    block.place("expect"),
                    "expect: invalid argument " + quoted(expect) + ": not an extended regular expression");
        }
    }

    /// Perl's words for classes of characters. Without `use_regex` a text is taken as it stands.
    private static void foreignRegex(Block block, String expect, Findings findings) {
        var found = FOREIGN.matcher(expect);
        if (!found.find()) {
            return;
        }
        boolean regex = block.flag("use_regex", false);
        String word = found.group(1);
        if (regex && word.equalsIgnoreCase("\\d")) {
            findings.warn(
                    block.place("expect"),
                    "expect: " + word + " is the letter in an extended regular expression: write "
                            + (word.equals("\\d") ? "[0-9]" : "[^0-9]"));
        } else if (regex) {
            // The others are known to regcomp(3), too.
            return;
        } else if (block.names("expect")) {
            findings.warn(
                    block.place("expect"),
                    "expect: " + word + " is taken as it stands, since use_regex = 1 is missing");
        }
    }

    private static String digest(Block block, Findings findings) {
        String digest = block.text("check_digest", "").toLowerCase(Locale.ROOT);
        if (!digest.isEmpty() && !digest.matches("[0-9a-f]{32}|[0-9a-f]{64}")) {
            findings.error(
                    block.place("check_digest"),
                    "check_digest: invalid argument " + quoted(digest)
                            + ": the 64 hex digits of a SHA-256, or the 32 of an MD5");
            return "";
        }
        return digest;
    }
}
