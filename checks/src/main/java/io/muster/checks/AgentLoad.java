package io.muster.checks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The number an agent reports: the first after the word `load` and a colon, as uptime(1) prints the
/// 1-minute average. Some locales write it with a comma.
public final class AgentLoad {
    private static final Pattern LOAD =
            Pattern.compile("load[^:\\n]*:\\s*(\\d+(?:[.,]\\d+)?)", Pattern.CASE_INSENSITIVE);

    private AgentLoad() {}

    /// NaN if there is none.
    public static double parse(String output) {
        Matcher matcher = LOAD.matcher(output);
        return matcher.find() ? Double.parseDouble(matcher.group(1).replace(',', '.')) : Double.NaN;
    }
}
