package io.muster.bed.site;

import io.muster.bed.site.SiteFile.Disk;
import io.muster.bed.site.SiteFile.GuestLine;
import io.muster.cli.Nearest;
import io.muster.finding.Findings;
import io.muster.finding.Placed;
import io.muster.finding.Reading;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads one [SiteFile]. Thread: one, once.
final class SiteReader {
    private static final List<String> WORDS = List.of("network", "memory", "time", "disk", "guest", "collect", "run");
    private static final Pattern NETWORK = Pattern.compile("(\\d{1,3}\\.\\d{1,3}\\.\\d{1,3})\\.0/24");
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,14}");
    private static final Pattern WORD = Pattern.compile("\\S+");

    /// A word and where it stands.
    private record Word(String text, int line, int column) implements Placed {}

    private final Findings findings;
    private final Map<String, Disk> disks = new LinkedHashMap<>();
    private final Map<String, GuestLine> guests = new LinkedHashMap<>();
    private final Map<Integer, String> hosts = new LinkedHashMap<>();
    private final Map<String, Placed> once = new LinkedHashMap<>();
    private final List<String> collect = new ArrayList<>();

    /// Looked at when all disks are known: a guest may stand before its disk.
    private final List<Word> disksOfGuests = new ArrayList<>();

    private String network = "192.168.78";
    private int memoryMib = 512;
    private int timeSeconds = 900;
    private String run = "";

    SiteReader(String name) {
        findings = new Findings(name);
    }

    Reading<SiteFile> read(String text) {
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            // Not within a word: `run` may have one.
            List<Word> words = words(line.replaceFirst("(^|\\s)#.*", ""), number);
            if (!words.isEmpty()) {
                line(words, line);
            }
        }
        Placed file = Placed.at(number, 1);
        if (guests.isEmpty()) {
            findings.error(file, "no guest: at least one line \"guest NAME NUMBER\"");
        }
        if (run.isEmpty()) {
            findings.error(file, "no run: what do the guests run?");
        }
        for (Word disk : disksOfGuests) {
            if (!disks.containsKey(disk.text())) {
                findings.error(disk, "no disk \"" + disk.text() + "\"" + Nearest.hint(disk.text(), disks.keySet()));
            }
        }
        return findings.reading(
                findings.usable()
                        ? Optional.of(new SiteFile(
                                network,
                                memoryMib,
                                timeSeconds,
                                List.copyOf(disks.values()),
                                List.copyOf(guests.values()),
                                collect,
                                run))
                        : Optional.empty());
    }

    private static List<Word> words(String line, int number) {
        var words = new ArrayList<Word>();
        for (Matcher word = WORD.matcher(line); word.find(); ) {
            words.add(new Word(word.group(), number, word.start() + 1));
        }
        return words;
    }

    private void line(List<Word> words, String line) {
        Word first = words.getFirst();
        List<Word> rest = words.subList(1, words.size());
        switch (first.text()) {
            case "network" ->
                only(first, rest, "a network like 192.168.78.0/24").ifPresent(this::network);
            case "memory" ->
                only(first, rest, "MiB").flatMap(w -> number(w, 128, 16_384)).ifPresent(n -> memoryMib = n);
            case "time" ->
                only(first, rest, "seconds").flatMap(w -> number(w, 1, 86_400)).ifPresent(n -> timeSeconds = n);
            case "disk" -> disk(first, rest);
            case "guest" -> guest(first, rest);
            case "collect" -> rest.forEach(this::collect);
            case "run" -> run(first, rest, line);
            default ->
                findings.error(first, "unknown word \"" + first.text() + "\"" + Nearest.hint(first.text(), WORDS));
        }
    }

    /// The one word that a line takes which stands there once.
    private Optional<Word> only(Word first, List<Word> rest, String what) {
        if (rest.size() != 1) {
            findings.error(first, first.text() + " takes " + what + " and nothing else");
            return Optional.empty();
        }
        first(first);
        return Optional.of(rest.getFirst());
    }

    private void first(Word word) {
        Placed before = once.putIfAbsent(word.text(), word);
        if (before != null) {
            findings.error(word, "a second " + word.text() + ": the first is in line " + before.line());
        }
    }

    private void network(Word word) {
        Matcher matcher = NETWORK.matcher(word.text());
        if (!matcher.matches()
                || List.of(matcher.group(1).split("\\.")).stream().anyMatch(o -> Integer.parseInt(o) > 255)) {
            findings.error(word, "\"" + word.text() + "\" isn't a network like 192.168.78.0/24");
        } else {
            network = matcher.group(1);
        }
    }

    private Optional<Integer> number(Word word, int least, int most) {
        try {
            int number = Integer.parseInt(word.text());
            if (number >= least && number <= most) {
                return Optional.of(number);
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        findings.error(word, "\"" + word.text() + "\" isn't a number from " + least + " to " + most);
        return Optional.empty();
    }

    private boolean named(Word word) {
        boolean fine = NAME.matcher(word.text()).matches();
        if (!fine) {
            findings.error(
                    word, "\"" + word.text() + "\" isn't a name: a letter, then letters, digits and -, 15 at most");
        }
        return fine;
    }

    private void disk(Word first, List<Word> rest) {
        if (rest.size() != 2) {
            findings.error(first, "disk takes a name and MiB");
            return;
        }
        Word name = rest.getFirst();
        Optional<Integer> size = number(rest.get(1), 1, 65_536);
        if (named(name) && disks.putIfAbsent(name.text(), new Disk(name.text(), size.orElse(1))) != null) {
            findings.error(name, "a second disk \"" + name.text() + "\"");
        }
    }

    private void guest(Word first, List<Word> rest) {
        if (rest.size() < 2) {
            findings.error(first, "guest takes a name, its number in the network, and names of disks");
            return;
        }
        Word name = rest.getFirst();
        Optional<Integer> host = number(rest.get(1), 2, 254);
        List<Word> has = rest.subList(2, rest.size());
        disksOfGuests.addAll(has);
        var guest = new GuestLine(
                name.text(), host.orElse(2), has.stream().map(Word::text).toList());
        if (named(name) && guests.putIfAbsent(name.text(), guest) != null) {
            findings.error(name, "a second guest \"" + name.text() + "\"");
        }
        host.map(number -> hosts.putIfAbsent(number, name.text()))
                .ifPresent(other ->
                        findings.error(rest.get(1), "number " + rest.get(1).text() + " is " + other + "'s"));
    }

    private void collect(Word path) {
        if (!path.text().startsWith("/") || path.text().equals("/")) {
            findings.error(path, "\"" + path.text() + "\" isn't an absolute path of a directory");
        } else {
            collect.add(path.text());
        }
    }

    private void run(Word first, List<Word> rest, String line) {
        if (rest.isEmpty()) {
            findings.error(first, "run takes a command");
            return;
        }
        first(first);
        run = line.substring(rest.getFirst().column() - 1).strip();
    }
}
