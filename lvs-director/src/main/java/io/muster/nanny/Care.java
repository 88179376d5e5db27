package io.muster.nanny;

import io.muster.checks.CheckResult;
import io.muster.checks.Health;
import io.muster.checks.HealthEffect;
import io.muster.checks.HealthEvent;
import io.muster.checks.Rules;
import io.muster.checks.Target;
import io.muster.checks.TargetHealth.Force;
import io.muster.core.Core;
import io.muster.driver.Dice;
import io.muster.nanny.CareEffect.Level;
import io.muster.nanny.CareState.Caring;
import io.muster.nanny.CareState.Leaving;
import io.muster.nanny.CareState.Over;
import io.muster.nanny.CareState.Unstarted;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/// The care of one server of one virtual service: when it is checked, and which weight it has in the
/// table for that.
///
/// | from | on | to |
/// |---|---|---|
/// | unstarted | started | caring |
/// | caring | told to stop | leaving; over with `--fos`, which has put nothing into the table |
/// | caring | with `--fos`, the server goes down | over |
/// | leaving | the server is out of the table, or the table refuses or is silent for too long | over |
/// | unstarted | told to stop | over |
///
/// Source of the rules: nanny of Piranha 0.8.
///
/// Thread: the owner's.
public final class Care implements Core<CareEvent, CareEffect> {
    /// How long the table may take to let the server go.
    public static final long STOP_MS = 5_000;

    /// What nanny goes by.
    ///
    /// @param quiesce a server that is down stays in the table with weight 0
    /// @param fos the first time that the server goes down is the end
    public record Settings(Target target, Rules rules, boolean quiesce, boolean fos) {}

    private final Settings settings;
    private final Health health;
    private final Placing placing;
    private CareState state = new Unstarted();
    private List<CareEffect> out = new ArrayList<>();

    /// @param dice for the spread of the checks
    public Care(Settings settings, Dice dice) {
        this(settings, new Health(dice));
    }

    private Care(Settings settings, Health health) {
        this.settings = settings;
        this.health = health;
        this.placing = new Placing(settings.rules().intervalMs());
    }

    /// All of it between two steps.
    ///
    /// @param settings of what checks send and run, as much as may be written
    public record Image(Settings settings, CareState state, Placing.Image placing, Health.Image health) {}

    /// For a flight record.
    public Image image() {
        return new Image(settings, state, placing.image(), health.image());
    }

    /// The nanny an [#image] was taken of, from there on.
    public static Care restored(Image image) {
        var it = new Care(image.settings(), Health.restored(image.health(), rules(image.settings())));
        it.state = image.state();
        it.placing.resume(image.placing());
        return it;
    }

    private static SortedMap<Target, Rules> rules(Settings settings) {
        var rules = new TreeMap<Target, Rules>();
        rules.put(settings.target(), settings.rules());
        return rules;
    }

    @Override
    public List<CareEffect> on(CareEvent event, long nowMs) {
        out = new ArrayList<>();
        switch (state) {
            case Unstarted _ -> unstarted(event, nowMs);
            case Caring _ -> caring(event, nowMs);
            case Leaving(long untilMs) -> leaving(event, untilMs, nowMs);
            case Over _ -> {}
        }
        return out;
    }

    private void unstarted(CareEvent event, long nowMs) {
        switch (event) {
            case CareEvent.Started(OptionalInt present) -> {
                enter(new Caring(), "started");
                heed(health.on(new HealthEvent.Configured(rules(settings)), nowMs));
                if (settings.fos() || present.orElse(0) > 0) {
                    health.on(new HealthEvent.Adopted(settings.target(), present.orElse(0)), nowMs);
                    placing.found(OptionalInt.of(health.weight(settings.target())));
                }
            }
            case CareEvent.Stop() -> over("told to stop", 0);
            case CareEvent.Checked _,
                    CareEvent.Forced _,
                    CareEvent.Placed _,
                    CareEvent.Refused _,
                    CareEvent.Tick _ -> {}
        }
    }

    private void caring(CareEvent event, long nowMs) {
        switch (event) {
            case CareEvent.Checked(long ticket, CheckResult result) ->
                heed(health.on(new HealthEvent.Checked(settings.target(), ticket, result), nowMs));
            case CareEvent.Forced(Force force) ->
                heed(health.on(new HealthEvent.Forced(settings.target(), force), nowMs));
            case CareEvent.Placed() -> placing.placed(out);
            case CareEvent.Refused(String reason) -> placing.refused(reason, nowMs, out);
            case CareEvent.Tick() -> {
                heed(health.on(new HealthEvent.Tick(), nowMs));
                placing.tick(nowMs, out);
            }
            case CareEvent.Stop() -> {
                if (settings.fos()) {
                    over("told to stop", 0);
                } else {
                    enter(new Leaving(nowMs + STOP_MS), "told to stop");
                    placing.want(OptionalInt.empty(), out);
                }
            }
            case CareEvent.Started _ -> throw new IllegalStateException("nanny: started twice");
        }
    }

    private void leaving(CareEvent event, long untilMs, long nowMs) {
        switch (event) {
            case CareEvent.Placed() -> {
                if (placing.placed(out)) {
                    over("the server is out of the table", 0);
                }
            }
            case CareEvent.Refused(String reason) -> {
                if (placing.refused(reason, nowMs, out)) {
                    over("the table refuses", 0);
                }
            }
            case CareEvent.Tick() -> {
                if (nowMs >= untilMs) {
                    String server = settings.target().server();
                    log(Level.ERROR, "the table doesn't answer: " + server + " may still be in it");
                    over("the table doesn't answer", 0);
                }
            }
            case CareEvent.Started _, CareEvent.Checked _, CareEvent.Forced _, CareEvent.Stop _ -> {}
        }
    }

    @Override
    public long nextDeadlineMs() {
        return switch (state) {
            case Caring _ -> Math.min(health.nextDeadlineMs(), placing.nextMs());
            case Leaving(long untilMs) -> untilMs;
            case Unstarted _, Over _ -> Long.MAX_VALUE;
        };
    }

    private void heed(List<HealthEffect> told) {
        for (HealthEffect effect : told) {
            if (state instanceof Over) {
                // The next check, which is due together with the result that was the end.
                return;
            }
            switch (effect) {
                case HealthEffect.StartCheck start ->
                    out.add(new CareEffect.StartCheck(start.ticket(), start.check(), start.timeoutMs()));
                case HealthEffect.Changed changed -> changed(changed);
                case HealthEffect.Weighed(Target target, int weight, String reason) -> {
                    log(Level.DEBUG, target.server() + ": weight " + weight + ": " + reason);
                    placing.want(OptionalInt.of(weight), out);
                }
            }
        }
    }

    private void changed(HealthEffect.Changed changed) {
        log(Level.INFO, changed.line());
        if (changed.up()) {
            placing.want(OptionalInt.of(changed.weight()), out);
        } else {
            placing.want(settings.quiesce() ? OptionalInt.of(0) : OptionalInt.empty(), out);
            if (settings.fos()) {
                over("the server is down", 1);
            }
        }
    }

    private void over(String reason, int status) {
        enter(new Over(), reason);
        out.add(new CareEffect.Ended(status));
    }

    // ---- the one door

    private void enter(CareState next, String reason) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("nanny: " + state + " -> " + next + ": " + reason);
        }
        out.add(new CareEffect.StateChanged(state.word(), next.word(), reason));
        state = next;
    }

    private void log(Level level, String line) {
        out.add(new CareEffect.Log(level, line));
    }
}
