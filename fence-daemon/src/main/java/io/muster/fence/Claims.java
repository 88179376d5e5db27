package io.muster.fence;

import io.muster.core.Node;
import io.muster.fence.FenceEffect.Level;
import io.muster.fence.FenceEffect.Log;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The claims that this node holds, and their agents.
///
/// An agent is started only when (a) the log granted this node the claim, (b) the domain is quorate,
/// (c) the victim's node isn't a member, and (d) cman has just confirmed quorum by a token round; (a)
/// to (c) are looked at again after (d).
///
/// A claim stays open until this node says that its agent has ended, also when the victim is proven
/// harmless by somebody else meanwhile: the next run of the node waits for that.
///
/// Thread: the core's.
final class Claims {
    /// How soon to ask cman again after it has said no.
    static final long RECHECK_MS = 500;

    private static final int LOUD_FAILURES = 3;
    private static final int STILL_RETRYING_EVERY = 600;
    private static final int MAX_HOW = 200;

    /// What a pass works with.
    record Pass(DomainState state, FenceSettings settings, long nowMs, List<FenceEffect> out) {
        private Directory directory() {
            return new Directory(state, settings);
        }

        String name(Node node) {
            return directory().name(node);
        }
    }

    private final Node self;
    private final Numbers numbers;
    private final Speech speech;
    private final SortedMap<Node, ClaimRun> runs = new TreeMap<>();

    Claims(Node self, Numbers numbers, Speech speech) {
        this.self = self;
        this.numbers = numbers;
        this.speech = speech;
    }

    List<ClaimRun.Image> image() {
        return runs.values().stream().map(ClaimRun::image).toList();
    }

    void resume(List<ClaimRun.Image> image) {
        runs.clear();
        image.forEach(run -> runs.put(run.victim(), ClaimRun.restored(run)));
    }

    /// One that is under way.
    Optional<Node> first() {
        return runs.keySet().stream().findFirst();
    }

    /// Does what is due.
    ///
    /// @return when to come again
    long work(Pass pass) {
        for (ClaimRun run : List.copyOf(runs.values())) {
            if (!held(pass, run.victim)) {
                end(run, pass.out());
            }
        }
        long nextMs = Long.MAX_VALUE;
        for (Node victim : List.copyOf(pass.state().claims().keySet())) {
            if (held(pass, victim)) {
                ClaimRun run = runs.computeIfAbsent(victim, ClaimRun::new);
                nextMs = Math.min(nextMs, step(run, pass));
            }
        }
        return nextMs;
    }

    private boolean held(Pass pass, Node victim) {
        return pass.state().holds(self, victim);
    }

    /// The claim is another's, or this node's fenced has begun again: whatever is at work here ends.
    private void end(ClaimRun run, List<FenceEffect> out) {
        runs.remove(run.victim);
        run.runningAgent().ifPresent(agent -> out.add(new FenceEffect.StopAgent(agent)));
    }

    void abandonAll(List<FenceEffect> out) {
        List.copyOf(runs.values()).forEach(run -> end(run, out));
    }

    private long step(ClaimRun run, Pass pass) {
        giveUp(run, pass);
        switch (run.phase()) {
            case ClaimRun.Phase.Wanting() -> want(run, pass);
            case ClaimRun.Phase.Pausing(long untilMs) -> {
                if (pass.nowMs() < untilMs) {
                    return untilMs;
                }
                run.enter(new ClaimRun.Phase.Wanting());
                want(run, pass);
            }
            case ClaimRun.Phase.Done(Proof proof) -> say(new FenceMessage.Proven(run.victim, proof), pass);
            case ClaimRun.Phase.Releasing() -> say(new FenceMessage.Release(run.victim), pass);
            case ClaimRun.Phase.Checking _, ClaimRun.Phase.Running _, ClaimRun.Phase.Ending _ -> {}
        }
        return Long.MAX_VALUE;
    }

    /// Nobody needs the agent any more, or nobody may start one.
    private void giveUp(ClaimRun run, Pass pass) {
        boolean needed = pass.state()
                .victim(run.victim)
                .filter(victim -> victim.proof().isEmpty())
                .isPresent();
        switch (run.phase()) {
            case ClaimRun.Phase.Running(long agent) -> {
                // One that is at work against a node that has restarted is left to end: a node switched
                // off half way stays off.
                if (!needed) {
                    run.enter(new ClaimRun.Phase.Ending(agent));
                    pass.out().add(new FenceEffect.StopAgent(agent));
                }
            }
            case ClaimRun.Phase.Wanting _, ClaimRun.Phase.Checking _, ClaimRun.Phase.Pausing _ -> {
                boolean restarted = !pass.state().startable(run.victim.nodeid());
                if (restarted) {
                    pass.out().add(Log.info("fence " + pass.name(run.victim) + " stopped: the node has restarted"));
                }
                if (restarted || !needed) {
                    run.enter(new ClaimRun.Phase.Releasing());
                }
            }
            case ClaimRun.Phase.Done _, ClaimRun.Phase.Ending _, ClaimRun.Phase.Releasing _ -> {}
        }
    }

    private void say(FenceMessage message, Pass pass) {
        if (pass.state().quorate()) {
            speech.propose(message, pass.nowMs(), pass.out());
        }
    }

    private void want(ClaimRun run, Pass pass) {
        if (!pass.state().quorate()) {
            return;
        }
        if (run.announce()) {
            pass.out().add(Log.info("fencing node " + pass.name(run.victim)));
        }
        long check = numbers.next();
        run.enter(new ClaimRun.Phase.Checking(check));
        pass.out().add(new FenceEffect.CheckQuorate(check));
    }

    /// cman has answered.
    void checked(long check, boolean quorate, Pass pass) {
        for (ClaimRun run : List.copyOf(runs.values())) {
            if (run.phase() instanceof ClaimRun.Phase.Checking(long asked) && asked == check) {
                if (!quorate || !pass.state().quorate()) {
                    run.enter(new ClaimRun.Phase.Pausing(pass.nowMs() + RECHECK_MS));
                } else if (held(pass, run.victim) && pass.state().startable(run.victim.nodeid())) {
                    call(run, pass);
                }
            }
        }
    }

    private void call(ClaimRun run, Pass pass) {
        run.plan(pass.directory().methods(run.victim.nodeid()));
        AgentCall call = run.current();
        if (call == ClaimRun.NONE && run.failedRounds() == 0) {
            pass.out()
                    .add(Log.warn(
                            "fence " + pass.name(run.victim) + ": no method is known: see that it has no power, then "
                                    + "fence_ack_manual " + run.victim.nodeid()));
        }
        if (call.refusal().isPresent()) {
            String result = "error " + call.refusal().get();
            failed(run, call, result, "", pass);
            return;
        }
        long agent = numbers.next();
        run.enter(new ClaimRun.Phase.Running(agent));
        pass.out()
                .add(new FenceEffect.RunAgent(
                        agent, run.victim, call, pass.settings().agentTimeoutMs()));
    }

    /// An agent has ended; of one that nobody waits for any more nothing follows.
    void agentDone(FenceEvent.AgentDone done, Pass pass) {
        for (ClaimRun run : List.copyOf(runs.values())) {
            if (run.runningAgent().orElse(-1) == done.run()) {
                if (run.phase() instanceof ClaimRun.Phase.Ending) {
                    run.enter(new ClaimRun.Phase.Releasing());
                } else {
                    agentDone(run, done, pass);
                }
            }
        }
    }

    private void agentDone(ClaimRun run, FenceEvent.AgentDone done, Pass pass) {
        List<FenceEffect> out = pass.out();
        AgentCall call = run.current();
        boolean ok = done.status() == 0;
        var path = new FencePath(run.victim.nodeid(), cut(call.methodName()), cut(call.deviceName()));
        var trial = new FencePath.Trial(ok, "fence", cut(call.agent()), self.nodeid(), done.wallMs());
        out.add(Speech.tried(new FenceMessage.Tried(path, trial)));
        if (!ok && !call.restores()) {
            String result = done.status() < 0 ? "error agent killed at its time limit" : "error from agent";
            failed(run, call, result, done.output(), pass);
            return;
        }
        if (ok) {
            out.add(Log.info(line(run, call, "success", pass)));
        } else {
            // The node was off when this was tried, and that is all that fencing is about.
            out.add(Log.warn(line(run, call, "error from agent: its power stays off", pass)));
            reports(call, done.output(), out);
        }
        if (run.succeeded()) {
            out.add(Log.info("fence " + pass.name(run.victim) + " success"));
            var proof = new Proof(Proof.Kind.AGENT, self.nodeid(), cut(call.deviceName()), done.wallMs());
            run.enter(new ClaimRun.Phase.Done(proof));
        } else {
            run.enter(new ClaimRun.Phase.Wanting());
        }
    }

    private void failed(ClaimRun run, AgentCall call, String result, String output, Pass pass) {
        List<FenceEffect> out = pass.out();
        boolean loud = run.failedRounds() < LOUD_FAILURES;
        if (loud) {
            out.add(Log.warn(line(run, call, result, pass)));
            reports(call, output, out);
        }
        if (!run.failed()) {
            run.enter(new ClaimRun.Phase.Wanting());
            return;
        }
        if (loud) {
            out.add(new Log(Level.ERROR, "fence " + pass.name(run.victim) + " failed"));
        } else if (run.failedRounds() % STILL_RETRYING_EVERY == LOUD_FAILURES + 1) {
            out.add(Log.warn("fencing node " + pass.name(run.victim) + " still retrying"));
        }
        run.enter(new ClaimRun.Phase.Pausing(pass.nowMs() + pass.settings().retryPauseMs()));
    }

    private static String line(ClaimRun run, AgentCall call, String result, Pass pass) {
        return "fence " + pass.name(run.victim) + " dev " + call.method() + "." + call.device() + " agent "
                + call.agent() + " result: " + result;
    }

    private static void reports(AgentCall call, String output, List<FenceEffect> out) {
        output.lines()
                .filter(text -> !text.isBlank())
                .forEach(text -> out.add(Log.warn("agent \"" + call.agent() + "\" reports: " + text.strip())));
    }

    /// Names and words that go into messages have a limit.
    static String cut(String text) {
        return text.length() <= MAX_HOW ? text : text.substring(0, MAX_HOW);
    }
}
