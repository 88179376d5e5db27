package io.muster.service.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.control.CommandClient;
import io.muster.core.MalformedMessage;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.service.RequestKind;
import io.muster.service.ResultCode;
import io.muster.service.cli.ClusterPicture.MemberRow;
import io.muster.service.daemon.ServiceFrames;
import io.muster.service.daemon.ServiceFrames.Outcome;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `clusvcadm`: tells the cluster what to do with a service, waits until it is done, says how it went.
///
/// Source of options, texts and exit statuses: the original.
public final class Clusvcadm implements Command {

    /// As long as the original's local daemon waits for a remote one.
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private static final String USAGE = """
            usage: clusvcadm [command]

            Resource Group Control Commands:
              -v                     Display version and exit
              -d <group>             Disable <group>.  This stops a group
                                     until an administrator enables it again,
                                     or the cluster loses and regains quorum.
              -e <group>             Enable <group>
              -e <group> -F          Enable <group> according to failover
                                     domain rules
              -e <group> -m <member> Enable <group> on <member>; -n is
                                     another word for -m
              -r <group> -m <member> Relocate <group> [to <member>]
                                     Stops a group and starts it on another
                                     cluster member.
              -M <group> -m <member> Migrate <group> to <member>: refused,
                                     nothing here migrates
              -q                     Quiet operation
              -R <group>             Restart a group in place.
              -s <group>             Stop <group>.  This temporarily stops
                                     a group.  After the next group or
                                     cluster member transition, the group
                                     will be restarted (if possible).
              -Z <group>             Freeze resource group.  This prevents
                                     transitions and status checks, and is
                                     useful if an administrator needs to
                                     administer part of a service without
                                     stopping the whole service.
              -U <group>             Unfreeze (thaw) resource group.  Restores
                                     a group to normal operation.
              -c <group>             Convalesce (repair, fix) resource group.
                                     Attempts to start failed, non-critical
                                     resources within a resource group.

            Resource Group Locking (for cluster Shutdown / Debugging):
              -l                     Lock the resource group managers of the
                                     cluster.  This prevents resource groups
                                     from starting.
              -S                     Show lock state
              -u                     Unlock resource group managers.
                                     This allows resource groups to start.
            """;

    /// What a letter means and how the progress line calls it.
    private enum Verb {
        ENABLE(RequestKind.ENABLE, "trying to enable"),
        DISABLE(RequestKind.DISABLE, "disabling"),
        RELOCATE(RequestKind.RELOCATE, "relocate"),
        MIGRATE(RequestKind.MIGRATE, "migrate"),
        STOP(RequestKind.STOP, "stopping"),
        RESTART(RequestKind.RESTART, "trying to restart"),
        FREEZE(RequestKind.FREEZE, "freezing"),
        UNFREEZE(RequestKind.UNFREEZE, "unfreezing"),
        CONVALESCE(RequestKind.CONVALESCE, "convalescing");

        private final RequestKind kind;
        private final String words;

        Verb(RequestKind kind, String words) {
            this.kind = kind;
            this.words = words;
        }

        boolean moves() {
            return this == RELOCATE || this == MIGRATE;
        }
    }

    private static final String WHO = ": only root and members of group cluster may do that";

    private final Layout layout;

    public Clusvcadm(Layout layout) {
        this.layout = layout;
    }

    public static void main(String[] args) {
        Command.main(new Clusvcadm(Layout.fromEnvironment()), args);
    }

    @Override
    public int run(String[] args, PrintStream stdout, PrintStream err) {
        PrintStream out = stdout;
        Verb verb = null;
        String service = "";
        String member = null;
        boolean byDomain = false;
        var options = new Getopt("clusvcadm", args, "lSue:M:d:r:n:c:m:FvR:s:Z:U:qh?", err);
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 'l' -> {
                    return lock(RequestKind.LOCK, out);
                }
                case 'u' -> {
                    return lock(RequestKind.UNLOCK, out);
                }
                case 'S' -> {
                    return lock(RequestKind.QUERY_LOCK, out);
                }
                case 'm', 'n' -> member = options.argument();
                case 'F' -> byDomain = true;
                case 'q' -> out = new PrintStream(OutputStream.nullOutputStream());
                case 'v' -> {
                    out.println(Daemon.version());
                    return 0;
                }
                default -> {
                    verb = verb(c);
                    if (verb == null) {
                        err.print(USAGE);
                        return 1;
                    }
                    service = options.argument();
                }
            }
        }
        if (verb == null) {
            err.print(USAGE);
            return 1;
        }
        if (byDomain && member != null) {
            err.println("Error: Options '-F' and '-m' / '-n' may not be used together.");
            return 1;
        }
        if (verb == Verb.MIGRATE && member == null) {
            err.println("Migration requires a target cluster member");
            return 1;
        }
        return carryOut(verb, service, member, byDomain, out, err);
    }

    private static @Nullable Verb verb(int letter) {
        return switch (letter) {
            case 'e' -> Verb.ENABLE;
            case 'd' -> Verb.DISABLE;
            case 'r' -> Verb.RELOCATE;
            case 'M' -> Verb.MIGRATE;
            case 's' -> Verb.STOP;
            case 'R' -> Verb.RESTART;
            case 'Z' -> Verb.FREEZE;
            case 'U' -> Verb.UNFREEZE;
            case 'c' -> Verb.CONVALESCE;
            default -> null;
        };
    }

    private int carryOut(
            Verb verb, String service, @Nullable String member, boolean byDomain, PrintStream out, PrintStream err) {
        ClusterPicture picture;
        try {
            picture = ClusterPicture.of(ClusterPicture.cman(layout), Optional.empty());
        } catch (IOException | MalformedMessage e) {
            err.println("Could not connect to cluster service");
            return 1;
        }
        MemberRow target = null;
        if (member != null) {
            target = find(picture, member, err);
            if (target == null) {
                return 1;
            }
            if (verb == Verb.MIGRATE && !target.online()) {
                err.println("'" + target.name() + "' is offline");
                return 1;
            }
        }
        int nodeid = target == null ? 0 : target.nodeid();
        String name = Clustat.withType(service);
        String place = target == null ? null : target.name();
        out.print(progress(verb, name, place));
        out.flush();
        RequestKind kind = byDomain && verb == Verb.ENABLE ? RequestKind.ENABLE_BY_DOMAIN : verb.kind;
        Outcome answer;
        try {
            answer = ask(kind, name, nodeid);
            if (answer.code() == ResultCode.NO_SERVICE && service.indexOf(':') < 0) {
                Outcome again = ask(kind, "vm:" + service, nodeid);
                if (again.code() != ResultCode.NO_SERVICE) {
                    answer = again;
                    name = "vm:" + service;
                }
            }
        } catch (IOException | MalformedMessage e) {
            out.println();
            err.println("Could not connect to resource group manager");
            return 1;
        }
        out.println(
                answer.code() == ResultCode.PERMISSION
                        ? answer.code().text() + WHO
                        : answer.code().text());
        boolean started = verb == Verb.ENABLE || verb.moves();
        if (started && answer.code() == ResultCode.SUCCESS && answer.owner() != 0) {
            int asked = nodeid != 0 ? nodeid : verb == Verb.ENABLE && !byDomain ? picture.self() : answer.owner();
            out.println((asked == answer.owner() ? "" : "Warning: ") + name + " is now running on "
                    + picture.nodeName(answer.owner()));
        }
        if (!answer.why().isEmpty()) {
            out.flush();
            err.println(name + ": " + answer.why());
        }
        return answer.code().exitStatus();
    }

    /// The line before the result, without its end.
    private static String progress(Verb verb, String name, @Nullable String place) {
        if (verb.moves()) {
            return "Trying to " + verb.words + " " + name + (place == null ? "" : " to " + place) + "...";
        }
        return (place == null ? "Local machine " : "Member " + place + " ") + verb.words + " " + name + "...";
    }

    /// The member of that name; failing that, the only one with the longest beginning in common.
    static @Nullable MemberRow find(ClusterPicture picture, String name, PrintStream err) {
        MemberRow exact = picture.member(name);
        if (exact != null) {
            return exact;
        }
        err.println("'" + name + "' not in membership list");
        int longest = 0;
        var closest = new ArrayList<MemberRow>();
        for (MemberRow row : picture.members()) {
            int common = common(row.name(), name);
            if (row.nodeid() == 0 || common < Math.max(1, longest)) {
                continue;
            }
            if (common > longest) {
                closest.clear();
                longest = common;
            }
            closest.add(row);
        }
        if (closest.size() != 1) {
            return null;
        }
        err.println("Closest match: '" + closest.getFirst().name() + "'");
        return closest.getFirst();
    }

    private static int common(String one, String other) {
        int length = Math.min(one.length(), other.length());
        for (int i = 0; i < length; i++) {
            if (one.charAt(i) != other.charAt(i)) {
                return i;
            }
        }
        return length;
    }

    private int lock(RequestKind kind, PrintStream out) {
        ResultCode code;
        try {
            code = ask(kind, "", 0).code();
        } catch (IOException | MalformedMessage e) {
            code = ResultCode.FAIL;
        }
        boolean locked = kind == RequestKind.LOCK || kind == RequestKind.QUERY_LOCK && code == ResultCode.AGAIN;
        boolean fine = code == ResultCode.SUCCESS || kind == RequestKind.QUERY_LOCK && code == ResultCode.AGAIN;
        if (fine) {
            out.println(locked ? "Resource groups locked" : "Resource groups unlocked");
            return 0;
        }
        out.println(
                switch (kind) {
                    case LOCK -> "Lock operation failed";
                    case UNLOCK -> "Unlock operation failed";
                    default -> "Query operation failed";
                });
        if (code == ResultCode.PERMISSION) {
            out.println(code.text() + WHO);
        }
        return 1;
    }

    private Outcome ask(RequestKind kind, String service, int target) throws IOException, MalformedMessage {
        return ServiceFrames.outcome(CommandClient.askOnce(
                layout.socket("rgmanager"),
                LONGEST,
                ServiceFrames.REQUEST,
                ServiceFrames.request(kind, service, target)));
    }
}
