package io.muster.member;

import io.muster.member.StayState.Away;
import io.muster.member.StayState.Joining;
import io.muster.member.StayState.Member;
import io.muster.member.StayState.Outside;
import io.muster.member.StayState.Over;
import io.muster.member.StayState.Parting;
import io.muster.member.StayState.Preparing;
import io.muster.member.StayState.PreparingAlone;
import io.muster.member.StayState.Reaching;
import io.muster.member.StayState.Stopping;
import io.muster.member.StayState.Unborn;
import io.muster.member.StayState.Waiting;

/// The table of [Stay]'s states as code.
final class StayTable {
    private StayTable() {}

    static boolean allows(StayState from, StayState to) {
        return to instanceof Over && !(from instanceof Over)
                || switch (from) {
                    case Unborn _ -> to instanceof PreparingAlone || to instanceof Reaching;
                    case PreparingAlone _, Away _ -> to instanceof Reaching;
                    case Reaching _ ->
                        to instanceof Away
                                || to instanceof Preparing
                                || to instanceof Outside
                                || to instanceof Waiting
                                || to instanceof Joining;
                    case Preparing _, Outside _ ->
                        to instanceof Outside || to instanceof Waiting || to instanceof Joining || lost(to);
                    case Waiting _ -> to instanceof Joining || to instanceof Outside || lost(to);
                    case Joining _ ->
                        to instanceof Joining || to instanceof Member || to instanceof Outside || lost(to);
                    case Member _ -> to instanceof Outside || to instanceof Parting || lost(to);
                    case Parting _ -> lost(to);
                    case Stopping _, Over _ -> false;
                };
    }

    /// What a hang-up leads to.
    private static boolean lost(StayState to) {
        return to instanceof Away || to instanceof Reaching || to instanceof Stopping;
    }
}
