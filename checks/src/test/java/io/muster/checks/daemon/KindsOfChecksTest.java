package io.muster.checks.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.checks.Check;
import io.muster.checks.CheckResult;
import io.muster.checks.CheckResult.Outcome;
import io.muster.checks.LoadSource;
import io.muster.checks.Statuses;
import io.muster.net.IpAddress;
import io.muster.os.ProcessStat;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KindsOfChecksTest {
    private static final IpAddress LOCAL = IpAddress.parse("127.0.0.1").orElseThrow();
    private static final IpAddress LOCAL6 = IpAddress.parse("::1").orElseThrow();

    private final Checks checks = new Checks();

    @TempDir
    Path dir;

    @BeforeEach
    void open() throws IOException {
        // Programs run as nobody, who has to find them.
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void end() {
        checks.close();
    }

    private static void isGood(String detail, CheckResult result) {
        assertTrue(result.good(), result.detail());
        assertTrue(result.detail().contains(detail), result.detail());
    }

    private static void isBad(String reason, CheckResult result) {
        assertEquals(Outcome.FAILED, result.outcome(), result.detail());
        assertTrue(result.detail().contains(reason), result.detail());
    }

    private CheckResult http(TestServer server, boolean tls, String host, int status) {
        return checks.run(
                new Check.Http(
                        server.address(),
                        server.port(),
                        tls,
                        host,
                        "/",
                        status == 0 ? Statuses.USUAL : Statuses.one(status),
                        ""),
                5_000);
    }

    @Test
    void httpOverTcp() throws Exception {
        try (var server = TestServer.saying("HTTP/1.1 503 Sorry\r\n\r\n")) {
            isBad("status 503", http(server, false, "web", 0));
            isGood("status 503", http(server, false, "web", 503));
        }
    }

    private SSLContext tls() throws Exception {
        Path store = dir.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=nobody.example",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "secret",
                        "-keypass",
                        "secret")
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, keytool.waitFor(), said);
        KeyStore keys = KeyStore.getInstance(store.toFile(), "secret".toCharArray());
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(keys, "secret".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    @Test
    void httpsTakesAnyCertificateNamesTheServerAndResumes() throws Exception {
        List<String> names = new ArrayList<>();
        var socket = (SSLServerSocket)
                tls().getServerSocketFactory().createServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        try (var server = TestServer.on(socket, connection -> {
            var secure = (SSLSocket) connection;
            secure.startHandshake();
            synchronized (names) {
                ((ExtendedSSLSession) secure.getSession())
                        .getRequestedServerNames()
                        .forEach(name -> names.add(new String(name.getEncoded(), StandardCharsets.US_ASCII)));
            }
            connection.getInputStream().read(new byte[4096]);
            connection.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        })) {
            isGood("status 200", http(server, true, "shop.example", 200));
            isGood("status 200", http(server, true, "shop.example:8443", 0));
            isBad("status 200, not 404", http(server, true, "127.0.0.1", 404));
            synchronized (names) {
                assertEquals(List.of("shop.example", "shop.example"), names);
            }
            List<CompletableFuture<CheckResult>> all = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                all.add(checks.start(
                        new Check.Http(server.address(), server.port(), true, "shop.example", "/", Statuses.USUAL, ""),
                        10_000));
            }
            for (CompletableFuture<CheckResult> one : all) {
                isGood("status 200", one.get(15, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void whatSpeaksNoTlsOrNothingAtAllFailsInWords() throws Exception {
        try (var plain = TestServer.saying("HTTP/1.0 400 Bad Request\r\n\r\n");
                var closing =
                        TestServer.of(connection -> connection.getInputStream().read());
                var mute =
                        TestServer.of(connection -> connection.getInputStream().readAllBytes())) {
            isBad("TLS: ", http(plain, true, "web", 0));
            // Whether data was left unread, which TCP says by a reset, is the server's luck.
            CheckResult result = http(closing, true, "web", 0);
            assertEquals(Outcome.FAILED, result.outcome());
            assertTrue(result.detail().matches(".*(reset|closed).*"), result.detail());
            isBad(
                    "no end of the TLS handshake within 300 ms",
                    checks.run(new Check.Http(mute.address(), mute.port(), true, "web", "/", Statuses.USUAL, ""), 300));
        }
    }

    @Test
    void smtpOverTcp() throws Exception {
        try (var server = TestServer.of(connection -> {
            var out = connection.getOutputStream();
            var in = new java.io.BufferedReader(
                    new java.io.InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
            out.write("220 mail ready\r\n".getBytes(StandardCharsets.US_ASCII));
            if (String.valueOf(in.readLine()).startsWith("EHLO ")) {
                out.write("250-mail\r\n250 SIZE\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            if (String.valueOf(in.readLine()).equals("QUIT")) {
                out.write("221 bye\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        })) {
            isGood("answered EHLO", checks.run(new Check.Smtp(server.address(), server.port()), 3_000));
        }
    }

    @Test
    void ipv6() throws Exception {
        assumeTrue(Files.readString(Path.of("/proc/net/if_inet6")).contains("lo"), "no ::1 on this machine");
        try (var server = TestServer.at("::1", connection -> {})) {
            isGood("connected", checks.run(new Check.Connect(LOCAL6, server.port(), false), 2_000));
            isBad("refused", checks.run(new Check.Connect(LOCAL6, 1, false), 2_000));
        }
    }

    private CheckResult program(String expect, long timeoutMs, String... command) {
        return checks.run(new Check.Program(List.of(command), expect, false), timeoutMs);
    }

    private String script(String text) throws IOException {
        Path file = dir.resolve("check" + System.nanoTime());
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file.toString();
    }

    @Test
    void aProgramsOutputWithoutItsLastCharacterHasToBeEqual() throws Exception {
        isGood("content", program("OK", 5_000, "/bin/echo", "OK"));
        isBad("said \"OKAY\"", program("OK", 5_000, "/bin/echo", "OKAY"));
        isBad("said \"O\"", program("OK", 5_000, "/bin/echo", "-n", "OK"));
        isGood("content", program("", 5_000, "/bin/true"));
        isGood("content", program("OK", 5_000, script("echo noise >&2; echo OK")));
    }

    @Test
    void aProgramThatFailsOrCanNotBeRunIsAFailedCheck() throws Exception {
        isBad("ended with status 3", program("OK", 5_000, script("echo OK; exit 3")));
        isBad("ended with status 127", program("OK", 5_000, script("exit 127")));
        isBad("not an executable program", program("OK", 5_000, "/nowhere/check"));
        isBad("not an executable program", program("", 5_000, dir.toString() + "/absent"));
    }

    @Test
    void aProgramIsKilledWithItsChildrenAtTheTimeLimit() throws Exception {
        Path pids = dir.resolve("pids");
        Files.writeString(pids, "");
        Files.setPosixFilePermissions(pids, PosixFilePermissions.fromString("rw-rw-rw-"));
        CheckResult result =
                program("OK", 2_000, script("sleep 1000 & echo $! >> " + pids + "\necho $$ >> " + pids + "\nwait"));
        isBad("killed after 2000 ms", result);
        List<String> lines = Files.readAllLines(pids);
        assertEquals(2, lines.size());
        for (String pid : lines) {
            Await.that(
                    "end of " + pid,
                    5_000,
                    () -> ProcessStat.of(Long.parseLong(pid))
                            .filter(ProcessStat::alive)
                            .isEmpty());
        }
    }

    @Test
    void aProgramEndsWithItsRunnerAndTakesItsChildrenAlong() throws Exception {
        Path pids = dir.resolve("pids");
        Files.writeString(pids, "");
        Files.setPosixFilePermissions(pids, PosixFilePermissions.fromString("rw-rw-rw-"));
        try (var own = new Checks()) {
            var never = own.start(
                    new Check.Program(
                            List.of("/bin/sh", "-c", "sleep 300 & echo $$ $! >" + pids + "; sleep 300"), "", false),
                    100_000);
            Await.that("pids", 10_000, () -> pids.toFile().length() > 0);
            assertFalse(never.isDone());
        }
        for (String pid : Files.readString(pids).strip().split(" ")) {
            assertFalse(
                    ProcessStat.of(Long.parseLong(pid))
                            .filter(ProcessStat::alive)
                            .isPresent(),
                    pid + " outlived the checks");
        }
    }

    @Test
    void aProgramIsUnprivilegedAndInheritsNothing() throws Exception {
        isGood(
                "content",
                program(
                        "1",
                        5_000,
                        script(
                                "env | grep -vE '^(PATH|PWD|SHLVL|OLDPWD|_)=' ; grep -c '^CapEff:.0000000000000000$' /proc/self/status")));
        if (ProcessHandle.current().info().user().orElse("").equals("root")) {
            isGood("content", program("nobody", 5_000, "/usr/bin/id", "-un"));
        }
    }

    @Test
    void aProgramThatFloodsItsOutputIsCut() throws Exception {
        isBad("said \"xxxx", program("OK", 5_000, script("head -c 300000 /dev/zero | tr '\\0' x")));
    }

    @Test
    void aProgramThatNeverStopsWritingIsKilledAtTheTimeLimit() throws Exception {
        isBad("killed after 300 ms", program("OK", 300, script("for i in 1 2 3 4; do cat /dev/zero & done; wait")));
    }

    @Test
    void anAgentReportsALoad() throws Exception {
        var check = new Check.Program(
                List.of(script("echo OK; echo ' 12:00:00 up 3 days,  1 user,  load average: 0.42, 0.10, 0.05'")),
                "OK",
                true);
        CheckResult result = checks.run(check, 5_000);
        assertTrue(result.good(), result.detail());
        assertEquals(0.42, result.load());
        isBad("told no load", checks.run(new Check.Program(List.of("/bin/echo", "OK"), "OK", true), 5_000));
    }

    @Test
    void aLoadThatCannotBeHadLeavesTheCheckGood() throws Exception {
        CheckResult told = checks.run(loaded("/bin/true", script("echo \"$1 up, load average: 0.42, 0.10\"")), 5_000);
        assertTrue(told.good(), told.detail());
        assertEquals(0.42, told.load(), told.detail());
        CheckResult none = checks.run(loaded("/bin/true", "/no/such/rup"), 5_000);
        assertTrue(none.good() && Double.isNaN(none.load()), none.detail());
        assertTrue(none.detail().contains("no load: /no/such/rup can't be run"), none.detail());
        CheckResult hung = checks.run(loaded("/bin/true", script("sleep 60")), 800);
        assertTrue(hung.good() && Double.isNaN(hung.load()), hung.detail());
        isBad("ended with status 1", checks.run(loaded("/bin/false", script("echo load: 1")), 5_000));
    }

    private static Check loaded(String check, String source) {
        return new Check.WithLoad(
                new Check.Program(List.of(check), "", false), new LoadSource(List.of(source, "web1"), List.of("web1")));
    }

    @Test
    void moreProgramsThanMayRunAtOnceAllEnd() throws Exception {
        List<CompletableFuture<CheckResult>> all = new ArrayList<>();
        for (int i = 0; i < 3 * ProgramTurns.AT_ONCE; i++) {
            all.add(checks.start(new Check.Program(List.of("/bin/true"), "", false), 20_000));
        }
        for (CompletableFuture<CheckResult> one : all) {
            assertTrue(one.get(60, TimeUnit.SECONDS).good());
        }
        assertFalse(all.isEmpty());
    }
}
