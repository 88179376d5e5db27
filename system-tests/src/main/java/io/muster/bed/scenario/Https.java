package io.muster.bed.scenario;

import io.muster.bed.Shell;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/// HTTPS as a real server and its client need it, with a certificate made for the occasion.
///
/// Thread: any.
final class Https {
    private static final char[] PASSWORD = "lab-only".toCharArray();

    private final SSLContext context;

    private Https(SSLContext context) {
        this.context = context;
    }

    /// Makes a key (keytool takes a second or two of it).
    static Https withNewKey(Path dir) throws IOException {
        Path store = dir.resolve("lab.p12");
        Shell.run(
                        Site.PATIENCE_MS,
                        Map.of(),
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                // Without it a JVM of its own asks for instructions that not every guest has.
                                "-J-XX:UseAVX=0",
                                "-J-XX:TieredStopAtLevel=1",
                                "-genkeypair",
                                "-keyalg",
                                "EC",
                                "-alias",
                                "lab",
                                "-dname",
                                "CN=lab",
                                "-validity",
                                "36500",
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                new String(PASSWORD),
                                "-keystore",
                                store.toString()))
                .expectOk("keytool");
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD);
            KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(keys, PASSWORD);
            TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trusted.init(keys);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
            return new Https(context);
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS", e);
        }
    }

    /// Answers every request on port 443 of a real server with its name, one after the other.
    void serve(Host real) throws IOException {
        SSLServerSocket listener = real.call(
                () -> (SSLServerSocket) context.getServerSocketFactory().createServerSocket(443));
        real.keep(listener);
        real.thread("https", () -> {
            while (!listener.isClosed()) {
                try (Socket socket = listener.accept()) {
                    socket.setSoTimeout(Site.PATIENCE_MS);
                    InputStream in = socket.getInputStream();
                    byte[] request = new byte[1024];
                    if (in.read(request) > 0) {
                        socket.getOutputStream()
                                .write(("HTTP/1.0 200 OK\r\n\r\n" + real.name + "\n")
                                        .getBytes(StandardCharsets.US_ASCII));
                    }
                } catch (IOException e) {
                    // A health check that only connects, or the end.
                }
            }
        });
    }

    /// One request.
    ///
    /// @return the body
    String get(Host client, String from, InetSocketAddress to) throws IOException {
        Socket plain = client.call(() -> {
            Socket socket = new Socket();
            if (!from.isEmpty()) {
                socket.bind(Traffic.at(from, 0));
            }
            socket.connect(to, Site.PATIENCE_MS);
            return socket;
        });
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(plain, to.getHostString(), to.getPort(), true)) {
            return Traffic.exchange(socket);
        }
    }
}
