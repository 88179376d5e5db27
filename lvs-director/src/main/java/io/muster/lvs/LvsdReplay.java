package io.muster.lvs;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.driver.ImageFactory;
import io.muster.driver.Teller;
import io.muster.ipvs.DestinationEntry;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.Stats;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/// Replays records of lvsd.
public final class LvsdReplay extends ImageFactory {
    public LvsdReplay() {
        super(LvsdRecord.NAME, LvsdRecord.newCodec(), Map.of());
    }

    @Override
    public Core<?, ?> restore(byte[] snapshot) throws MalformedMessage {
        if (super.restore(snapshot) instanceof Reconciler core) {
            return new Again(core);
        }
        throw new MalformedMessage("the image isn't one of lvsd's core");
    }

    /// `servers`: when and why a real server was taken out or let in, a weight changed, a drain began or ended.
    @Override
    public Map<String, Supplier<Teller>> questions() {
        return Map.of("servers", () -> LvsdReplay::servers);
    }

    private static List<String> servers(Core<?, ?> core, Object step, List<?> effects, long nowMs) {
        var lines = new ArrayList<String>();
        for (Object effect : effects) {
            switch (effect) {
                case LvsdEffect.Log log -> lines.add(log.line());
                case LvsdEffect.Apply apply -> apply.operations().forEach(operation -> lines.add(Words.of(operation)));
                default -> {}
            }
        }
        return lines;
    }

    /// A reconciler that takes the steps of a record.
    private static final class Again implements Core<LvsdStep, Object> {
        private final Reconciler core;
        private final QuietSteps quiet = new QuietSteps();
        private final Routines routines = new Routines();

        Again(Reconciler core) {
            this.core = core;
        }

        @Override
        public List<Object> on(LvsdStep step, long nowMs) {
            return switch (step) {
                case LvsdStep.Event(LvsdEvent event) -> new ArrayList<>(core.on(event, nowMs));
                case LvsdStep.Look look -> new ArrayList<>(core.on(read(look), nowMs));
                case LvsdStep.Counts(List<LvsdStep.Count> counts) -> {
                    counts.forEach(each -> core.view().count(each.server(), counts(each)));
                    yield List.of();
                }
                case LvsdStep.Quiet(byte[] steps) -> quiet(steps, nowMs);
            };
        }

        private static TableView.Counts counts(LvsdStep.Count count) {
            return new TableView.Counts(count.active(), count.inactive(), count.persistent());
        }

        private List<Object> quiet(byte[] steps, long nowMs) {
            var effects = new ArrayList<Object>();
            try {
                quiet.read(steps, nowMs, new QuietSteps.Reader() {
                    @Override
                    public void event(LvsdEvent event, long atMs) {
                        for (LvsdEffect effect : core.on(event, atMs)) {
                            if (Routines.routine(effect)) {
                                routines.add(effect);
                            } else {
                                effects.add(effect);
                            }
                        }
                    }

                    @Override
                    public void asBefore(QuietSteps.Kind kind, long request, long atMs) {
                        event(
                                kind == QuietSteps.Kind.FINGERPRINT
                                        ? new LvsdEvent.FingerprintRead(
                                                request, core.looks().fingerprint(), part())
                                        : read(new LvsdStep.Look(
                                                request,
                                                core.looks().fingerprint(),
                                                core.timeouts(),
                                                List.of(),
                                                List.of(),
                                                List.of())),
                                atMs);
                    }
                });
            } catch (MalformedMessage e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
            effects.add(routines.sum());
            return effects;
        }

        private List<ServiceEntry> part() {
            var part = new ArrayList<ServiceEntry>();
            for (ServiceId id : core.looks().asked()) {
                Setup setup = core.view().get(id);
                if (setup != null) {
                    part.add(entry(setup, Map.of()));
                }
            }
            return part;
        }

        /// The table that was read: what is in the step, and for the rest what the reconciler has seen.
        private LvsdEvent read(LvsdStep.Look look) {
            Map<RealServer, LvsdStep.Count> counts = new HashMap<>();
            look.counts().forEach(each -> counts.put(each.server(), each));
            var table = new TreeMap<ServiceId, ServiceEntry>();
            core.view().services().forEach((id, setup) -> table.put(id, entry(setup, counts)));
            look.gone().forEach(table::remove);
            look.changed().forEach(entry -> table.put(entry.service().id(), entry));
            return new LvsdEvent.TableRead(
                    look.request(), look.fingerprint(), List.copyOf(table.values()), look.timeouts());
        }

        private static ServiceEntry entry(Setup setup, Map<RealServer, LvsdStep.Count> counts) {
            var servers = new ArrayList<DestinationEntry>();
            setup.destinations().forEach((server, destination) -> {
                LvsdStep.Count count = counts.getOrDefault(server, new LvsdStep.Count(server, 0, 0, 0));
                servers.add(new DestinationEntry(
                        destination, count.active(), count.inactive(), count.persistent(), Stats.ZERO));
            });
            return new ServiceEntry(setup.service(), Stats.ZERO, servers);
        }

        @Override
        public long nextDeadlineMs() {
            return core.nextDeadlineMs();
        }
    }
}
