package io.muster.pulse.daemon;

import io.muster.lvscf.LvsConfig;
import io.muster.pulse.PulseEffect;

/// `--test-start`: prints what would be done, as commands where there are such. Thread: the loop's.
final class DryRun {
    private DryRun() {}

    static void print(PulseEffect effect, LvsConfig config) {
        switch (effect) {
            case PulseEffect.PutAddresses(var addresses, int lifetimeS, boolean takeOver) -> {
                if (takeOver) {
                    addresses.forEach(a -> say("ip address replace " + a.address() + "/" + a.prefix() + " dev "
                            + a.baseDevice() + (a.address().v6() ? " nodad" : " label " + a.device())
                            + " valid_lft " + lifetimeS + " preferred_lft "
                            + (a.address().v6() ? 0 : lifetimeS)));
                }
            }
            case PulseEffect.DropAddresses(var addresses) ->
                addresses.forEach(
                        a -> say("ip address del " + a.address() + "/" + a.prefix() + " dev " + a.baseDevice()));
            case PulseEffect.Announce(var addresses) ->
                addresses.forEach(a -> say("send_arp -i " + a.baseDevice() + " " + a.address()));
            case PulseEffect.Forward(boolean on) -> {
                if (config.syncDaemon()) {
                    say("sysctl net.ipv4.vs.backup_only=" + (on ? 0 : 1));
                }
            }
            case PulseEffect.SwitchSync(boolean master) -> {
                if (config.syncDaemon()) {
                    say("ipvsadm --start-daemon " + (master ? "master" : "backup") + " --mcast-interface "
                            + config.syncInterface() + " --syncid " + config.syncId());
                }
            }
            case PulseEffect.RunHook(boolean active) -> {
                String command = active ? config.activeCommand() : config.inactiveCommand();
                if (!command.isBlank()) {
                    say(command);
                }
            }
            case PulseEffect.StateChanged(var from, var to, String reason) ->
                say("# " + from + " -> " + to + ": " + reason);
            case PulseEffect.Say(boolean warning, String text) -> say("# " + text);
            case PulseEffect.StartLvsd() -> say("lvsd --nofork");
            case PulseEffect.BulkSync(var to) -> say("# every connection to " + to);
            case PulseEffect.SayLastWord(long number) -> say("# every connection once more to the partner");
            case PulseEffect.Send _, PulseEffect.AskLvsd _, PulseEffect.EndLvsd _ -> {}
            case PulseEffect.Ended() -> say("# ended");
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
