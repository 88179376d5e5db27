package io.muster.bed.scenario;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// Just enough of FTP (RFC 959) for one file to be fetched in passive mode: the data connection comes to another port
/// than the control connection, and must reach the same real server.
///
/// Thread: any.
final class Ftp {
    /// Data ports a server uses, as its administrator would limit them to be able to mark them.
    static final int FIRST_DATA_PORT = 40_000;

    static final int LAST_DATA_PORT = 40_009;
    private static final int PATIENCE_MS = Site.PATIENCE_MS;

    private Ftp() {}

    /// Serves port 21 of a real server, one session after the other. Every file contains the server's name.
    static void serve(Host real) throws IOException {
        ServerSocket listener = real.keep(real.call(() -> new ServerSocket(21)));
        real.thread("ftp", () -> {
            int port = FIRST_DATA_PORT;
            while (!listener.isClosed()) {
                try (Socket control = listener.accept()) {
                    control.setSoTimeout(PATIENCE_MS);
                    session(control, real.name, port);
                    port = port == LAST_DATA_PORT ? FIRST_DATA_PORT : port + 1;
                } catch (IOException e) {
                    // A health check, a client that went, or the end.
                }
            }
        });
    }

    private static void session(Socket control, String file, int dataPort) throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(control.getInputStream(), StandardCharsets.US_ASCII));
        say(control, "220 ready");
        try (ServerSocket data = new ServerSocket()) {
            data.setReuseAddress(true);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                switch (line.split(" ")[0]) {
                    case "USER" -> say(control, "331 password?");
                    case "PASS" -> say(control, "230 welcome");
                    case "PASV" -> {
                        // The address the client knows: with direct routing it is this host's as well.
                        data.bind(new InetSocketAddress(control.getLocalAddress(), dataPort));
                        data.setSoTimeout(PATIENCE_MS);
                        say(
                                control,
                                "227 entering passive mode ("
                                        + control.getLocalAddress()
                                                .getHostAddress()
                                                .replace('.', ',') + "," + (dataPort >> 8) + "," + (dataPort & 255)
                                        + ")");
                    }
                    case "RETR" -> {
                        say(control, "150 coming");
                        try (Socket to = data.accept()) {
                            to.getOutputStream().write(file.getBytes(StandardCharsets.US_ASCII));
                        }
                        say(control, "226 done");
                    }
                    case "QUIT" -> {
                        say(control, "221 bye");
                        return;
                    }
                    default -> say(control, "502 no");
                }
            }
        }
    }

    private static void say(Socket control, String line) throws IOException {
        control.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /// Fetches a file as a client does.
    ///
    /// @return its content: the name of the server that answered on the data port
    static String fetch(Host client, InetAddress server) throws IOException {
        return client.call(() -> {
            try (Socket control = new Socket()) {
                control.connect(new InetSocketAddress(server, 21), PATIENCE_MS);
                control.setSoTimeout(PATIENCE_MS);
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(control.getInputStream(), StandardCharsets.US_ASCII));
                expect(in, "220");
                ask(control, in, "USER anonymous", "331");
                ask(control, in, "PASS lab@", "230");
                String passive = ask(control, in, "PASV", "227");
                String[] numbers = passive.replaceAll(".*\\((.*)\\).*", "$1").split(",");
                int port = Integer.parseInt(numbers[4]) << 8 | Integer.parseInt(numbers[5]);
                say(control, "RETR file");
                String content;
                try (Socket data = new Socket()) {
                    data.connect(new InetSocketAddress(server, port), PATIENCE_MS);
                    data.setSoTimeout(PATIENCE_MS);
                    content = new String(data.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                }
                expect(in, "150");
                expect(in, "226");
                ask(control, in, "QUIT", "221");
                return content;
            }
        });
    }

    private static String ask(Socket control, BufferedReader in, String command, String wanted) throws IOException {
        say(control, command);
        return expect(in, wanted);
    }

    private static String expect(BufferedReader in, String status) throws IOException {
        String line = in.readLine();
        if (line == null || !line.startsWith(status)) {
            throw new IOException("FTP: wanted " + status + ", got " + line);
        }
        return line;
    }
}
