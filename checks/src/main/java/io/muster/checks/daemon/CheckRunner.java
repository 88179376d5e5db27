package io.muster.checks.daemon;

import io.muster.checks.Check;
import io.muster.checks.CheckResult;
import io.muster.driver.Clocks;
import io.muster.driver.DaemonLog;
import io.muster.driver.Loop;
import io.muster.driver.Patience;
import io.muster.net.IpAddress;
import io.muster.os.RealPrograms;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/// Makes checks on an event loop, as many at once as there are file descriptors, programs a few at a
/// time.
///
/// Sockets are plain handles on Netty's epoll, without a channel and its pipeline (see
/// `docs/decisions/0121-checks-without-channels.md`). A TCP connection is closed by reset (`SO_LINGER`
/// 0), so that ten thousand checks leave no TIME_WAIT on our side. The source address is the kernel's
/// choice.
///
/// Whatever the other side does, a check ends once: with a verdict, or with its time limit. What fails
/// for reasons of our own (no descriptor, no port left) is [CheckResult.Outcome#UNTOLD] and logged at
/// most once a minute.
///
/// Thread: any may start a check; results are handed over on the loop, and never from within [#start].
public final class CheckRunner implements AutoCloseable {
    /// Where programs are looked for.
    public static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static final long MINUTE_NS = 60_000_000_000L;
    private static final long CLOSE_MS = 1_500;
    private static final int BUFFER = 16 * 1024;

    private final IoEventLoop loop;
    private final TimeLimits limits;
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(BUFFER);
    private final ProgramTurns programs;
    private final LoadTurns loads;
    private final Tls tls = new Tls();
    private final Echoes echoes;
    private boolean closed;
    private long untold;
    private long toldNs = Clocks.system().monotonicNs() - MINUTE_NS;

    /// @param loop one of [io.muster.driver.Loops]'; the runner doesn't end it
    public CheckRunner(EventLoop loop) {
        if (!(loop instanceof IoEventLoop io)) {
            throw new IllegalArgumentException("a loop without sockets: " + loop);
        }
        this.loop = io;
        limits = new TimeLimits(loop);
        programs = new ProgramTurns(new RealPrograms(Loop.of(loop)));
        loads = new LoadTurns(new RealPrograms(Loop.of(loop)));
        echoes = new Echoes();
    }

    /// Starts a check.
    ///
    /// @param timeoutMs its time limit, from the moment it really starts
    /// @param done gets the one result, on the loop; nothing after [#close]
    public void start(Check check, long timeoutMs, Consumer<CheckResult> done) {
        if (loop.inEventLoop()) {
            begin(check, timeoutMs, done);
        } else {
            loop.execute(() -> begin(check, timeoutMs, done));
        }
    }

    private void begin(Check check, long timeoutMs, Consumer<CheckResult> done) {
        if (closed) {
            return;
        }
        if (check instanceof Check.WithLoad both) {
            begin(both.check(), timeoutMs, result -> loads.after(result, both, timeoutMs, done));
            return;
        }
        Run run;
        try {
            run = switch (check) {
                case Check.Connect c ->
                    c.udp()
                            ? new UdpRun(this, c, timeoutMs, done)
                            : new ConnectRun(this, c.server(), c.port(), timeoutMs, done);
                case Check.Talk c ->
                    c.udp()
                            ? new UdpRun(this, c, timeoutMs, done)
                            : new TalkRun(this, c, c.server(), c.port(), timeoutMs, done);
                case Check.Dns c ->
                    c.udp()
                            ? new UdpRun(this, c, timeoutMs, done)
                            : new TalkRun(this, c, c.server(), c.port(), timeoutMs, done);
                case Check.Smtp c -> new TalkRun(this, c, c.server(), c.port(), timeoutMs, done);
                case Check.Http c ->
                    c.tls()
                            ? new TlsRun(this, c, timeoutMs, done)
                            : new TalkRun(this, c, c.server(), c.port(), timeoutMs, done);
                case Check.Program c -> new ProgramRun(this, c, timeoutMs, done);
                case Check.Ping c -> new PingRun(this, c, timeoutMs, done);
                case Check.WithLoad c -> throw new IllegalArgumentException("a load of a load: " + c.source());
            };
        } catch (IllegalArgumentException e) {
            var result = new CheckResult(false, String.valueOf(e.getMessage()), 0);
            loop.execute(() -> done.accept(result));
            return;
        }
        if (!(run instanceof ProgramRun)) {
            // Programs may have to wait for their turn, and have clocks of their own.
            limits.add(run);
        }
        run.start();
    }

    /// Checks that have started and not ended. Thread: the loop's.
    public int running() {
        return limits.size() + programs.size() + loads.size();
    }

    /// Checks so far that couldn't be made for reasons of our own. Thread: the loop's.
    public long untold() {
        return untold;
    }

    /// Ends all that runs, without results: programs with all they have started. Thread: any; from another than the
    /// loop's it waits until they are gone, a second and a half at most.
    @Override
    public void close() {
        var gone = new Patience();
        if (loop.inEventLoop()) {
            close(gone);
        } else if (!loop.isShuttingDown()) {
            loop.execute(() -> close(gone));
            if (!gone.await(CLOSE_MS)) {
                DaemonLog.get().warn("a check's program doesn't end");
            }
        }
    }

    private void close(Patience gone) {
        if (closed) {
            gone.end();
            return;
        }
        closed = true;
        limits.all().forEach(Run::abandon);
        programs.close(() -> loads.close(gone::end));
        tls.close();
        echoes.close();
    }

    IoEventLoop loop() {
        return loop;
    }

    /// For one read or write; nobody keeps it.
    ByteBuffer scratch() {
        return scratch.clear();
    }

    ProgramTurns programs() {
        return programs;
    }

    Tls tls() {
        return tls;
    }

    Echoes echoes() {
        return echoes;
    }

    boolean isClosed() {
        return closed;
    }

    int dice() {
        return ThreadLocalRandom.current().nextInt();
    }

    static InetSocketAddress address(IpAddress server, int port) {
        return new InetSocketAddress(server.inet(), port);
    }

    void ended(Run run) {
        limits.remove(run);
    }

    void later(Runnable task) {
        loop.execute(task);
    }

    void untold(String reason) {
        untold++;
        long now = Clocks.system().monotonicNs();
        if (now - toldNs >= MINUTE_NS) {
            toldNs = now;
            DaemonLog.get().warn("checks can't be made: {}; {} so far, their servers stay as they are", reason, untold);
        }
    }
}
