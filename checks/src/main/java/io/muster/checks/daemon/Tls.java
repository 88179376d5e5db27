package io.muster.checks.daemon;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// TLS for checks: any certificate will do, because the server is asked by its address behind our own
/// director and the question is whether it works. Sessions are resumed. Made when the first HTTPS check
/// comes.
final class Tls implements AutoCloseable {
    private static final int THREADS = 2;

    private @Nullable SSLContext context;
    private @Nullable ThreadPoolExecutor workers;

    /// @param host server name to ask for, if it is a name
    /// @throws GeneralSecurityException where the JDK has no TLS
    SSLEngine engine(String host, String address, int port) throws GeneralSecurityException {
        if (context == null) {
            SSLContext fresh = SSLContext.getInstance("TLS");
            fresh.init(null, new TrustManager[] {new Anyone()}, null);
            context = fresh;
        }
        int colon = host.startsWith("[") ? -1 : host.indexOf(':');
        String name = colon < 0 ? host : host.substring(0, colon);
        // RFC 6066: an address is no server name.
        boolean named = !name.startsWith("[") && !name.matches("[0-9.]+");
        // The peer's name is the key of the session cache and nothing else: a session made for one name isn't
        // resumed for another.
        SSLEngine engine = context.createSSLEngine(named ? address + "/" + name : address, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        if (named) {
            parameters.setServerNames(List.of(new SNIHostName(name)));
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    /// Runs arithmetic beside the loop.
    void work(Runnable task) {
        ThreadPoolExecutor pool = workers;
        if (pool == null) {
            // When all are busy and the queue is full the loop does it itself, which slows it down as it should.
            pool = new ThreadPoolExecutor(
                    THREADS,
                    THREADS,
                    10,
                    TimeUnit.SECONDS,
                    new ArrayBlockingQueue<>(256),
                    task2 -> Thread.ofPlatform().daemon().name("checks-tls").unstarted(task2),
                    new ThreadPoolExecutor.CallerRunsPolicy());
            pool.allowCoreThreadTimeOut(true);
            workers = pool;
        }
        pool.execute(task);
    }

    @Override
    public void close() {
        if (workers != null) {
            workers.shutdownNow();
        }
    }

    private static final class Anyone extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
