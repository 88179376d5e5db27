package io.muster.checks;

import io.muster.driver.Secret;
import io.muster.net.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One way to find out whether a real server works, with all that is needed to do it.
/// `io.muster.checks.daemon.CheckRunner` does it.
///
/// Source of the rules: nanny of Piranha 0.8. What differs is said at each kind.
public sealed interface Check {
    /// What a server of TCP port 80 is asked unless the file says otherwise.
    String GET = "GET / HTTP/1.0\r\n\r\n";

    /// Connects. TCP: an accepted connection is good, and is closed by reset at once, which leaves
    /// nothing behind on our side. UDP has no connections: an empty datagram is sent, and a server that
    /// says "port unreachable" within a second (or the time limit, if shorter) has failed; the original
    /// took every server for good.
    record Connect(IpAddress server, int port, boolean udp) implements Check {}

    /// Sends text, if there is any, and waits for the answer wanted. The original read once, so that an
    /// answer in two pieces failed; this one reads until it knows, to at most 4096 octets.
    ///
    /// @param send escapes expanded; "" for none
    record Talk(
            IpAddress server,
            int port,
            boolean udp,
            @Secret(but = GET) String send,
            Expect expect) implements Check {}

    /// Runs a program: exit status 0 and, if there is an `expect`, its standard output without the last
    /// character equal to it. At most 4095 octets of the output count. It runs as an unprivileged user
    /// with nothing inherited but a path, and is killed with its children at the time limit. One that
    /// can't be run, fails or takes too long is a failed check (the original took it for a good one if
    /// there was an `expect`).
    ///
    /// @param command program and arguments, `%h` and `%p` filled in
    /// @param expect wanted output, "" if the exit status is enough
    /// @param agent `load_monitor = uptime`: the output has to hold a load as uptime(1) prints it (the
    ///     first number after the word `load` and a colon); an `expect` is then compared with the first
    ///     line alone
    record Program(@Secret List<String> command, String expect, boolean agent) implements Check {
        public Program {
            command = List.copyOf(command);
        }
    }

    /// Asks for a page. Muster's own.
    ///
    /// @param tls HTTPS; certificates aren't verified, since it is a server behind our own director that
    ///     is asked
    /// @param host for the Host line and the TLS server name (SNI): what the file says, the host of a full
    ///     URL, else the server's address
    /// @param path begins with `/`
    /// @param statuses wanted
    /// @param digest lower-case hex SHA-256 or MD5 of the body, "" for none
    record Http(IpAddress server, int port, boolean tls, String host, String path, Statuses statuses, String digest)
            implements Check {}

    /// Asks a name server. Any answer to the question that is no server failure or refusal is good, also
    /// "no such name": the server works. Muster's own.
    ///
    /// @param name asked for (its A records); "" for the name servers of the root
    record Dns(IpAddress server, int port, boolean udp, String name) implements Check {}

    /// Greets a mail server: 220, EHLO, 250, QUIT. Muster's own.
    record Smtp(IpAddress server, int port) implements Check {}

    /// An ICMP echo. Muster's own.
    record Ping(IpAddress server) implements Check {}

    /// Another check and, once that is good, a program that tells the server's load. The check alone says whether the
    /// server works.
    record WithLoad(Check check, LoadSource source) implements Check {}

    /// What the original does when it is told nothing of checking: asks TCP port 80 for `/`, and connects
    /// to any other.
    static Check plain(IpAddress server, int port, boolean udp) {
        return !udp && port == 80
                ? new Talk(server, port, false, GET, new Expect.Prefix("HTTP"))
                : new Connect(server, port, udp);
    }

    /// Send and expect strings as they stand in a file, with escapes.
    ///
    /// @throws IllegalArgumentException with a reason in words, for a regular expression that isn't one
    static Check talk(IpAddress server, int port, boolean udp, String send, String expect, boolean regex) {
        return new Talk(server, port, udp, Escapes.expand(send), Expect.of(expect, regex, udp));
    }

    /// A program with its arguments as they stand in a file: cut at blanks; `%h` and `%p` as whole words
    /// are the server and its port.
    static Check program(String line, IpAddress server, int port, String expect, boolean agent) {
        List<String> words = new ArrayList<>();
        for (String word : line.strip().split("[ \t]+")) {
            words.add(
                    switch (word) {
                        case "%h" -> server.toString();
                        case "%p" -> Integer.toString(port);
                        default -> word;
                    });
        }
        return new Program(words, expect, agent);
    }

    /// A page.
    ///
    /// @param location its path, or a full URL, whose host is then asked for by name; the server that is
    ///     asked stays the same
    /// @param virtualHost to be asked for by name, whatever the URL says; "" for none
    /// @param digest wanted of the body, in any case; "" for none
    static Check http(
            IpAddress server,
            int port,
            boolean tls,
            String location,
            String virtualHost,
            Statuses statuses,
            String digest) {
        String host = server.bracketed();
        String path = location;
        int scheme = path.indexOf("://");
        if (scheme > 0) {
            int slash = path.indexOf('/', scheme + 3);
            host = path.substring(scheme + 3, slash < 0 ? path.length() : slash);
            path = slash < 0 ? "/" : path.substring(slash);
        }
        return new Http(
                server,
                port,
                tls,
                virtualHost.isEmpty() ? host : virtualHost,
                path.startsWith("/") ? path : "/" + path,
                statuses,
                digest.toLowerCase(Locale.ROOT));
    }

    /// The octets of a text to be sent.
    static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
