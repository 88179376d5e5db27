package io.muster.cluster;

import io.muster.ccs.CcsEffect;
import io.muster.ccs.CcsEvent;
import io.muster.ccs.ConfigLog;
import io.muster.ccs.Document;
import io.muster.membership.CmanEvent;
import java.util.Optional;

/// ccsd of one node.
final class SimCcs extends SimReplica<CcsEvent, CcsEffect> {
    static final String GROUP = "ccs";

    final ConfigLog log;
    private long request;

    SimCcs(SimMachine machine, SimCman cman) {
        this(machine, cman, new ConfigLog(cman.self));
    }

    private SimCcs(SimMachine machine, SimCman cman, ConfigLog log) {
        super(machine, cman, GROUP, Optional.empty(), log);
        this.log = log;
        post(new CcsEvent.Found(machine.disk.report(machine.nodeid), machine.disk.documents()));
    }

    void update(byte[] octets) {
        post(new CcsEvent.Update(++request, octets, 0));
    }

    @Override
    void lost() {
        process.die();
        machine.later(500, machine::startCcs);
    }

    @Override
    void perform(CcsEffect effect, long nowMs) {
        SimDisk disk = machine.disk;
        switch (effect) {
            case CcsEffect.Stage(Document document, long attempt) ->
                write(() -> {
                    disk.staged = document;
                    disk.stagedAttempt = attempt;
                    post(new CcsEvent.Staged(document.version(), attempt));
                });
            case CcsEffect.Install(Document document, long attempt, boolean _) ->
                write(() -> {
                    disk.file = document;
                    disk.markOf = document;
                    disk.mark = attempt;
                    disk.staged = null;
                    post(new CcsEvent.Installed(document.version(), attempt));
                });
            case CcsEffect.Discard() ->
                write(() -> {
                    disk.staged = null;
                    post(new CcsEvent.Discarded());
                });
            case CcsEffect.Announce(Document document) ->
                connection.send(new CmanEvent.Announce(
                        connection.id,
                        1_000_000,
                        document.version().number(),
                        document.version().sha256(),
                        document.octets()));
            case CcsEffect.Answer(long _, boolean done, String text) ->
                machine.say("ccs_tool update: " + (done ? "done" : text));
            case CcsEffect.Log(boolean _, String text) -> machine.say("ccsd: " + text);
            case CcsEffect.Send send -> throw new AssertionError("a proposal as a local effect: " + send);
        }
    }

    private void write(Runnable what) {
        machine.later(machine.random(1, 30), () -> {
            if (alive()) {
                what.run();
            }
        });
    }
}
