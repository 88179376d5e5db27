package io.muster.rehearsal;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.muster.daemon.Logs;
import io.muster.service.RequestKind;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What may still run somewhere is started nowhere else: worlds in which a daemon that ends or begins
/// might vouch for too much. Each ends well once everything works again. A story that is known to be
/// broken fails here when it begins to hold.
class RuleStoriesTest {
    private enum Known {
        HOLDS,
        BROKEN
    }

    private enum Tales {
        FROZEN_AND_ALL_RGMANAGERS_STOPPED(Known.HOLDS, RuleStoriesTest::frozen),
        STOP_FAILED_AND_ALL_RGMANAGERS_STOPPED(Known.HOLDS, RuleStoriesTest::stopFailed),
        UNCLEAN_AFTER_THE_GROUP_BEGAN_AFRESH(Known.HOLDS, RuleStoriesTest::uncleanAfresh),
        TWO_NODES_UNCLEAN(Known.HOLDS, RuleStoriesTest::twoUnclean),
        STOPPED_BEFORE_THE_STATE_CAME(Known.HOLDS, RuleStoriesTest::stoppedEarly),
        METADATA_FAILS_AT_A_RESTART(Known.HOLDS, RuleStoriesTest::dumb),
        SERVICE_TAKEN_OUT_MEANWHILE(Known.HOLDS, RuleStoriesTest::takenOut),
        RESOURCES_CHANGED_MEANWHILE(Known.HOLDS, RuleStoriesTest::changed),
        MEMBER_WITHOUT_RGMANAGER(Known.HOLDS, RuleStoriesTest::without),
        CMAN_RESTARTED_WITHOUT_A_REBOOT(Known.HOLDS, RuleStoriesTest::cmanRestarted),
        SUCCESSORS_THAT_DIE(Known.HOLDS, RuleStoriesTest::dyingSuccessors),
        RUN_LOST_AND_RGMANAGER_KILLED(Known.HOLDS, RuleStoriesTest::runLost);

        private final Known known;
        private final Consumer<Tale> told;

        Tales(Known known, Consumer<Tale> told) {
            this.known = known;
            this.told = told;
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingRunsTwiceAndAllEndsWell(Tales tale) {
        Logs.level("", "OFF");
        try {
            tale.told.accept(new Tale(3, 2));
        } catch (AssertionError broken) {
            if (tale.known == Known.HOLDS) {
                throw broken;
            }
            System.out.println(tale + ", as is known: "
                    + String.valueOf(broken.getMessage()).lines().limit(2).toList());
            return;
        }
        if (tale.known == Known.BROKEN) {
            fail(tale + " holds now: say so");
        }
    }

    private static void frozen(Tale tale) {
        tale.ask(1, RequestKind.FREEZE, 1, 0);
        tale.stopRgmanagers(1, 2, 3).run(25_000).startRgmanagers(2, 3).run(40_000);
        tale.startRgmanagers(1).run(10_000).endsWell();
    }

    private static void stopFailed(Tale tale) {
        tale.luck(Tale.NO_STOP).ask(1, RequestKind.DISABLE, 1, 0);
        tale.stopRgmanagers(1, 2, 3).run(25_000);
        tale.luck(Luck.GOOD).startRgmanagers(2, 3).run(5000);
        tale.ask(2, RequestKind.DISABLE, 1, 0).ask(2, RequestKind.ENABLE, 1, 0).run(40_000);
        tale.startRgmanagers(1).run(10_000).endsWell();
    }

    private static void uncleanAfresh(Tale tale) {
        tale.killRgmanagers(1, 2, 3).run(2000).startRgmanagers(2, 3).run(1000);
        tale.luck(Tale.NO_STOP).startRgmanagers(1).run(5000);
        tale.luck(Luck.GOOD).run(30_000).endsWell();
    }

    private static void twoUnclean(Tale tale) {
        tale.killRgmanagers(1, 2, 3).run(1000).luck(Tale.NO_STOP);
        tale.startRgmanagers(1, 2).run(6000).luck(Luck.GOOD).startRgmanagers(3).run(30_000);
        tale.endsWell();
    }

    private static void stoppedEarly(Tale tale) {
        for (int ms = 40; ms < 900; ms += 40) {
            tale.killRgmanagers(1).run(200).startRgmanagers(1).run(ms);
            tale.stopRgmanagers(1).run(1500).startRgmanagers(1).run(8000);
        }
        tale.endsWell();
    }

    private static void dumb(Tale tale) {
        tale.killRgmanagers(1).run(100);
        tale.site().agents().dumb(tale.node(1), 1500);
        tale.startRgmanagers(1).run(30_000).endsWell();
    }

    private static void takenOut(Tale tale) {
        tale.killRgmanagers(1).run(100);
        tale.site().documents().draft().services().remove(2);
        tale.site().operator().update(tale.node(2), tale.site().documents().next(), () -> {});
        tale.run(5000).startRgmanagers(1).run(30_000).endsWell();
    }

    private static void changed(Tale tale) {
        tale.killRgmanagers(1).run(100);
        Draft draft = tale.site().documents().draft();
        var dice = new Random(7);
        while (!draft.edit(dice, Edition.TWO).endsWith("has other resources")) {
            // Another edit.
        }
        tale.site().operator().update(tale.node(2), tale.site().documents().next(), () -> {});
        tale.run(5000).startRgmanagers(1).run(30_000).endsWell();
    }

    /// Its services run on, and nothing of them is started elsewhere as long as it is a member.
    private static void without(Tale tale) {
        tale.ask(1, RequestKind.FREEZE, 1, 0);
        tale.stopRgmanagers(1).run(60_000);
        assertTrue(tale.site().truth().there(tale.node(1), "/etc/init.d/s1"), "a frozen service was stopped");
        tale.startRgmanagers(1).run(5000).endsWell();
    }

    private static void cmanRestarted(Tale tale) {
        tale.killRgmanagers(1);
        tale.node(1).kill(Site.FENCED, 600);
        tale.node(1).cman().ifPresent(cman -> cman.process().die());
        tale.run(400);
        tale.node(1).startCman();
        tale.run(50).killRgmanagers(1);
        for (int i = 0; i < 30; i++) {
            tale.run(100).killRgmanagers(1);
        }
        tale.run(40_000).endsWell();
    }

    /// A successor that has joined, and dies before it is more than that, isn't the daemon that is missed.
    private static void dyingSuccessors(Tale tale) {
        tale.killRgmanagers(1).run(500);
        int before = tale.node(1).machine().starts();
        tale.site()
                .mischief()
                .schedule(new Step(0, Trouble.KILL_RGMANAGER, 0, Moment.DAEMON_JOINS, 1, 1, Tale.NEVER_MS, 1));
        tale.run(10).startRgmanagers(1).run(25_000);
        assertTrue(tale.site().mischief().done() == 1, "the successor has never joined");
        assertTrue(tale.node(1).machine().starts() > before, "nobody has made the node harmless");
        tale.endsWell();
    }

    private static void runLost(Tale tale) {
        tale.killRgmanagers(1, 2, 3);
        tale.node(1).files().lose(tale.node(1).layout().run());
        tale.run(25_000)
                .startRgmanagers(2, 3)
                .run(30_000)
                .startRgmanagers(1)
                .run(20_000)
                .endsWell();
    }
}
