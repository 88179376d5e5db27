package io.muster.lvs;

import io.muster.checks.CheckResult;
import io.muster.core.CauseId;
import io.muster.driver.Dice;
import io.muster.driver.Recorder;
import io.muster.ipvs.DestinationEntry;
import io.muster.ipvs.FakeTable;
import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.lvscf.LvsConfig;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// A reconciler whose effects happen at once.
final class OneLvsd {
    static final long WALL = 1_700_000_000_000L;

    final FakeTable table;
    final List<String> log = new ArrayList<>();
    final List<IpvsOp> done = new ArrayList<>();
    final List<LvsdAnswer> replies = new ArrayList<>();
    final Set<String> dead = new HashSet<>();
    Function<IpvsOp, IpvsError> kernel;
    String readProblem = "";

    /// Why nobody hears what came of a change: it is made all the same.
    String applyProblem = "";

    Holdings disk = Holdings.NONE;
    Reconciler core = new Reconciler(new Dice(1));
    long nowMs = 1_000;
    int wholeReads;
    int cheapReads;
    int mostRead;
    boolean stopped;
    final List<String> changes = new ArrayList<>();
    final List<String> notified = new ArrayList<>();

    /// Records or watches its steps.
    Recorder<LvsdEvent, LvsdEffect> recorder = Recorder.none();

    OneLvsd(FakeTable table) {
        this.table = table;
        kernel = table::apply;
    }

    OneLvsd start(LvsConfig config) {
        give(new LvsdEvent.Started(config, disk, WALL));
        return run(100);
    }

    /// Dies and is started again.
    void restart(LvsConfig config) {
        core = new Reconciler(new Dice(2));
        done.clear();
        start(config);
    }

    OneLvsd run(long ms) {
        long end = nowMs + ms;
        while (core.nextDeadlineMs() <= end) {
            nowMs = Math.max(nowMs + 1, core.nextDeadlineMs());
            give(new LvsdEvent.Tick());
        }
        nowMs = end;
        return this;
    }

    void give(LvsdEvent event) {
        recorder.before(nowMs);
        List<LvsdEffect> effects = core.on(event, nowMs);
        recorder.after(nowMs, CauseId.NONE, CauseId.NONE, event, effects);
        for (LvsdEffect effect : effects) {
            switch (effect) {
                case LvsdEffect.ReadTable(long request) -> {
                    wholeReads++;
                    give(
                            readProblem.isEmpty()
                                    ? new LvsdEvent.TableRead(
                                            request, table.fingerprint(), table.table(), table.timeouts())
                                    : new LvsdEvent.ReadFailed(request, readProblem));
                }
                case LvsdEffect.CheapRead(long request, List<ServiceId> also) -> {
                    cheapReads++;
                    List<ServiceEntry> part = part(table, also);
                    mostRead = Math.max(
                            mostRead,
                            part.stream()
                                    .mapToInt(each -> each.destinations().size())
                                    .sum());
                    give(new LvsdEvent.FingerprintRead(request, table.fingerprint(), part));
                }
                case LvsdEffect.Apply(long request, List<IpvsOp> operations) -> {
                    done.addAll(operations);
                    List<IpvsError> results = operations.stream().map(kernel).toList();
                    give(
                            applyProblem.isEmpty()
                                    ? new LvsdEvent.Applied(request, results)
                                    : new LvsdEvent.ApplyFailed(request, applyProblem));
                }
                case LvsdEffect.WriteHoldings(long request, Holdings holdings) -> {
                    disk = holdings;
                    give(new LvsdEvent.HoldingsWritten(request));
                }
                case LvsdEffect.StartCheck(var target, long ticket, var check, long timeoutMs) ->
                    give(new LvsdEvent.Checked(
                            target, ticket, new CheckResult(!dead.contains(target.server()), "as told", 1)));
                case LvsdEffect.Log(LvsdEffect.Level level, String line) -> log.add(level + " " + line);
                case LvsdEffect.StateChanged(String from, String to, String reason) ->
                    changes.add(from + " -> " + to + ": " + reason);
                case LvsdEffect.Reply reply -> replies.add(reply.answer());
                case LvsdEffect.Notify notify ->
                    notified.add(notify.subject() + (notify.up() ? " up " : " down ") + notify.command());
                case LvsdEffect.Stopped _ -> stopped = true;
                case LvsdEffect.SetSysctls _, LvsdEffect.RestoreSysctls _, LvsdEffect.Ready _ -> {}
            }
        }
    }

    /// Some services of a table, as they are asked for with its fingerprint.
    static List<ServiceEntry> part(FakeTable table, List<ServiceId> ids) {
        return table.table().stream()
                .filter(entry -> ids.contains(entry.service().id()))
                .toList();
    }

    /// `10.2.0.1:80=3 10.2.0.2:80=1`, sorted; `-` for a service that isn't there.
    String weights(ServiceId id) {
        List<ServiceEntry> found = table.table().stream()
                .filter(entry -> entry.service().id().equals(id))
                .toList();
        if (found.isEmpty()) {
            return "-";
        }
        return String.join(
                " ",
                found.getFirst().destinations().stream()
                        .map(DestinationEntry::destination)
                        .map(to -> to.address() + ":" + to.port() + "=" + to.weight())
                        .sorted()
                        .toList());
    }

    long said(String part) {
        return log.stream().filter(line -> line.contains(part)).count();
    }
}
