package io.muster.rehearsal;

import io.muster.ccs.CcsEffect;
import io.muster.ccs.CcsEvent;
import io.muster.core.CauseId;
import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import io.muster.driver.Recorder;
import io.muster.fence.FenceEffect;
import io.muster.fence.FenceEvent;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.member.daemon.Records;
import io.muster.model.ModelCluster;
import io.muster.model.ModelNode;
import io.muster.service.ServiceEffect;
import io.muster.service.ServiceEvent;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/// Every answer is for a request of this life: watches what daemons' cores are asked and what they
/// answer. A core that answers what it was never asked speaks to the asker of a daemon that is gone.
final class Lives {
    private Lives() {}

    static Records records(ModelNode node) {
        return new Records() {
            @Override
            public <E, F> Open<E, F> core(String name, Recordable<E, F> core, FlightRecorder.Limits limits) {
                return new Open<>(Recorder.none(), () -> {});
            }

            @Override
            public <E, F> Open<ReplicaEvent<E>, ReplicaEffect<F>> replica(
                    String daemon, String factory, RecordCodec codec, Replica<E, F> replica) {
                return new Open<>(new Asked<>(node, daemon), () -> {});
            }
        };
    }

    private static final class Asked<E, F> implements Recorder<ReplicaEvent<E>, ReplicaEffect<F>> {
        private final ModelNode node;
        private final String daemon;
        private final Set<Long> open = new HashSet<>();

        Asked(ModelNode node, String daemon) {
            this.node = node;
            this.daemon = daemon;
        }

        @Override
        public void before(long nowMs) {}

        @Override
        public void after(
                long nowMs, CauseId id, CauseId parent, ReplicaEvent<E> event, List<ReplicaEffect<F>> effects) {
            if (event instanceof ReplicaEvent.Local<E>(E local)) {
                question(local).ifPresent(open::add);
            }
            for (ReplicaEffect<F> effect : effects) {
                if (effect instanceof ReplicaEffect.Perform<F>(F inner)) {
                    answer(inner)
                            .ifPresent(name -> ModelCluster.require(
                                    open.remove(name),
                                    "node " + node.nodeid() + ": " + daemon + " answers question " + name
                                            + ", which nobody has asked in this life"));
                }
            }
        }
    }

    private static OptionalLong question(Object event) {
        return switch (event) {
            case ServiceEvent.Requested asked -> OptionalLong.of(asked.id());
            case CcsEvent.Update asked -> OptionalLong.of(asked.request());
            case CcsEvent.Confirm asked -> OptionalLong.of(asked.request());
            case FenceEvent.Acknowledged asked -> OptionalLong.of(asked.question());
            default -> OptionalLong.empty();
        };
    }

    private static OptionalLong answer(Object effect) {
        return switch (effect) {
            case ServiceEffect.Answer answer -> OptionalLong.of(answer.id());
            case CcsEffect.Answer answer -> OptionalLong.of(answer.request());
            case FenceEffect.Answer answer -> OptionalLong.of(answer.question());
            default -> OptionalLong.empty();
        };
    }
}
