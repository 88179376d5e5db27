package io.muster.lvs;

import java.util.List;

/// Effects that come all the time and change nothing: a check started, a look taken, a client told that there was one.
/// Counted, and summed up so that a replay that decides otherwise is noticed. Thread: the owner's.
final class Routines {
    private int effects;
    private long sum;

    /// Whether all are of that sort.
    static boolean all(List<LvsdEffect> effects) {
        for (LvsdEffect effect : effects) {
            if (!routine(effect)) {
                return false;
            }
        }
        return true;
    }

    static boolean routine(LvsdEffect effect) {
        return switch (effect) {
            case LvsdEffect.StartCheck _, LvsdEffect.ReadTable _, LvsdEffect.CheapRead _ -> true;
            case LvsdEffect.Reply reply -> reply.answer().equals(LvsdAnswer.SEEN);
            default -> false;
        };
    }

    void add(LvsdEffect effect) {
        effects++;
        switch (effect) {
            case LvsdEffect.StartCheck check -> {
                mix(check.ticket());
                mix(check.timeoutMs());
                mix(check.target().address().low());
                mix(check.target().port());
            }
            case LvsdEffect.ReadTable(long request) -> mix(request);
            case LvsdEffect.CheapRead(long request, var also) -> mix(~request * 31 + also.size());
            case LvsdEffect.Reply reply -> mix(reply.client());
            default -> throw new IllegalArgumentException("not routine: " + effect);
        }
    }

    private void mix(long value) {
        sum = (sum ^ value) * 0x100000001b3L;
    }

    /// What they come to; begins anew.
    LvsdStep.Routine sum() {
        var all = new LvsdStep.Routine(effects, sum);
        effects = 0;
        sum = 0;
        return all;
    }
}
