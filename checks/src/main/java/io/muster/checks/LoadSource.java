package io.muster.checks;

import io.muster.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A program that knows a server's load, beside the check that says whether it works.
///
/// Source of the rules: nanny of Piranha 0.8, which runs `rup ADDRESS` and `ruptime ADDRESS` and takes the first number
/// after `load` and a colon. ruptime(1) prints no colon there, and some print all hosts they know, by name: then the
/// line counts that begins with the server's name or address.
///
/// @param command program and arguments
/// @param names of the server, as its line may begin
public record LoadSource(List<String> command, List<String> names) {
    private static final Pattern LOAD =
            Pattern.compile("\\bload(?:[^:\\n]*:)?\\s*(\\d+(?:[.,]\\d+)?)", Pattern.CASE_INSENSITIVE);

    public LoadSource {
        command = List.copyOf(command);
        names = List.copyOf(names);
    }

    /// @param program `rup` or `ruptime`
    /// @param name of the server, "" for none
    public static LoadSource of(String program, IpAddress server, String name) {
        String address = server.toString();
        return new LoadSource(List.of(program, address), name.isEmpty() ? List.of(address) : List.of(address, name));
    }

    /// The 1-minute load in what the program printed; NaN if there is none of this server.
    public double load(String output) {
        var lines = new ArrayList<String>();
        for (String line : output.lines().toList()) {
            if (LOAD.matcher(line).find()) {
                lines.add(line);
            }
        }
        String own = lines.stream()
                .filter(line -> names.stream().anyMatch(line.strip().split("[\\s,]", 2)[0]::equalsIgnoreCase))
                .findFirst()
                .orElse(lines.size() == 1 ? lines.getFirst() : "");
        Matcher matcher = LOAD.matcher(own);
        return matcher.find() ? Double.parseDouble(matcher.group(1).replace(',', '.')) : Double.NaN;
    }
}
