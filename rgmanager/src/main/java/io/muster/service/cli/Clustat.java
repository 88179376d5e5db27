package io.muster.service.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.control.NotRunningException;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.driver.Patience;
import io.muster.service.ClusterServices;
import io.muster.service.ResultCode;
import io.muster.service.ServiceStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `clustat`: members and services at a glance.
///
/// Source of options, layout and exit statuses: the original. A service's exit status is the number of
/// its state, unless it runs.
public final class Clustat implements Command {
    private static final int UNKNOWN = 255;
    private static final String USAGE = """
            usage: clustat <options>
              -i <interval>      Refresh every <interval> seconds.  May not be used
                                 with -x.
              -I                 Display local node ID and exit
              -m <member>        Display status of <member> and exit
              -s <service>       Display status of <service> and exit
              -v                 Display version and exit
              -x                 Dump information as XML
              -Q                 Return 0 if quorate, 1 if not (no output)
              -f                 Leave offline members out
              -l                 Use long format for services
            """;

    private final Layout layout;
    private @Nullable String member;
    private @Nullable String service;
    private boolean fast;
    private boolean longForm;
    private boolean xml;
    private boolean quorumOnly;
    private boolean nodeidOnly;
    private int refreshSec;

    public Clustat(Layout layout) {
        this.layout = layout;
    }

    public static void main(String[] args) {
        Command.main(new Clustat(Layout.fromEnvironment()), args);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        var options = new Getopt("clustat", args, "fIls:m:i:xvQh?", err);
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 'f' -> fast = true;
                case 'I' -> nodeidOnly = true;
                case 'l' -> longForm = true;
                case 's' -> service = withType(options.argument());
                case 'm' -> member = options.argument();
                case 'i' -> refreshSec = Math.max(1, number(options.argument()));
                case 'x' -> {
                    if (refreshSec > 0) {
                        err.println("Error: Options '-i' and '-x' may not be used together.");
                        return 1;
                    }
                    xml = true;
                }
                case 'Q' -> quorumOnly = true;
                case 'v' -> {
                    out.println("clustat version " + Daemon.version());
                    return 0;
                }
                default -> {
                    out.print(USAGE);
                    return 0;
                }
            }
        }
        return refreshSec > 0 && !xml && !quorumOnly && !nodeidOnly ? refresh(out, err) : once(out, err);
    }

    private int refresh(PrintStream out, PrintStream err) {
        while (true) {
            out.print("\033[H\033[2J");
            int status = once(out, err);
            out.flush();
            if (out.checkError()) {
                return status;
            }
            if (!Patience.pause(refreshSec * 1000L)) {
                return status;
            }
        }
    }

    private int once(PrintStream out, PrintStream err) {
        ClusterPicture picture;
        try {
            picture = ClusterPicture.take(layout);
        } catch (NotRunningException e) {
            err.println("Could not connect to CMAN: No such file or directory");
            return 1;
        } catch (IOException e) {
            err.println("Could not connect to CMAN: " + e.getMessage());
            return 1;
        }
        if (quorumOnly) {
            return picture.quorate() ? 0 : 1;
        }
        if (nodeidOnly) {
            out.println(ClusterXml.hex(picture.self()));
            return 0;
        }
        return show(picture, out, System.currentTimeMillis() / 1000, ZoneId.systemDefault(), columns());
    }

    /// Prints what was asked for and returns the exit status.
    int show(ClusterPicture picture, PrintStream out, long nowSec, ZoneId zone, int columns) {
        String oneMember = member;
        String oneService = service;
        boolean whole = oneMember == null && oneService == null;
        List<ClusterPicture.MemberRow> members = picture.members().stream()
                .filter(row -> oneMember == null || row.name().equals(oneMember))
                .filter(row -> row.online() || !row.estranged() && !fast)
                .toList();
        List<ServiceStatus> services = picture.serviceRows().stream()
                .filter(row -> oneService == null || row.name().equals(oneService))
                .toList();
        boolean showMembers = oneMember != null || oneService == null;
        boolean showServices = oneService != null || oneMember == null;
        if (xml) {
            out.print(ClusterXml.of(picture, whole, members, services, showMembers, showServices, zone));
        } else {
            if (whole) {
                out.print(ClusterText.header(picture, nowSec, zone));
            }
            if (showMembers && !(members.isEmpty() && oneMember != null)) {
                out.print(ClusterText.members(members, columns));
            }
            if (showServices && picture.services().isPresent()) {
                print(picture, services, out, zone, columns);
            }
        }
        return status(picture);
    }

    private void print(
            ClusterPicture picture, List<ServiceStatus> services, PrintStream out, ZoneId zone, int columns) {
        out.print(picture.services().map(ClusterText::unavailable).orElse(""));
        boolean known = picture.services().map(ClusterServices::code).orElse(ResultCode.FAIL) == ResultCode.SUCCESS;
        if (!known || services.isEmpty()) {
            return;
        }
        out.print(
                longForm
                        ? ClusterText.longServices(picture, services, zone)
                        : ClusterText.services(picture, services, columns));
    }

    private int status(ClusterPicture picture) {
        String oneService = service;
        if (oneService != null) {
            ServiceStatus found = picture.service(oneService);
            if (found == null) {
                return xml ? 0 : UNKNOWN;
            }
            return switch (found.state()) {
                case STARTING, STARTED, STOPPING -> 0;
                case STOPPED, FAILED, RECOVERABLE, RECOVERING, DISABLED ->
                    found.state().number();
            };
        }
        String oneMember = member;
        if (oneMember != null) {
            ClusterPicture.MemberRow found = picture.member(oneMember);
            return found == null ? UNKNOWN : found.online() ? 0 : 1;
        }
        return 0;
    }

    static String withType(String name) {
        return name.indexOf(':') >= 0 ? name : "service:" + name;
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /// Of the terminal; 80 when the output goes elsewhere.
    private static int columns() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            if (!target.startsWith("/dev/pts/") && !target.startsWith("/dev/tty")) {
                return 80;
            }
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(Path.of(target).toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String answer = new String(stty.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII)
                    .strip();
            int columns = number(answer.substring(answer.indexOf(' ') + 1));
            return columns > 0 ? columns : 80;
        } catch (IOException e) {
            return 80;
        }
    }
}
