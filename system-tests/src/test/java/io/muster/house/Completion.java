package io.muster.house;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Makes bash's completion from the man pages, which are compared with what the commands take.
final class Completion {
    /// What stands for an argument in a page, and the shell's word for how to complete it.
    private static final Map<String, String> KINDS = Map.of(
            "NODE", "clusternode", "MEMBER", "clusternode", "SERVICE", "service", "FILE", "file", "CONFIG", "file");

    private static final Pattern WORD = Pattern.compile("[a-z][a-z_]*(\\|[a-z][a-z_]*)*");
    private static final Pattern VALUE = Pattern.compile("(--?[A-Za-z0-9-]+)[ =]([A-Z]{2,})");

    private final SortedMap<String, ManPage> pages;

    Completion(SortedMap<String, ManPage> pages) {
        this.pages = pages;
    }

    /// The words that may follow each word of a command, as its SYNOPSIS has them: under "" the first ones,
    /// under a first one what may follow it.
    static SortedMap<String, SortedSet<String>> words(ManPage page) {
        SortedMap<String, SortedSet<String>> found = new TreeMap<>();
        for (String line : synopsis(page)) {
            List<String> words = new ArrayList<>(List.of(line.split(" +")));
            // A directory may stand before rg_test's words.
            words.remove("[AGENTDIR]");
            if (!words.removeFirst().equals(page.name)
                    || words.isEmpty()
                    || !WORD.matcher(words.getFirst()).matches()) {
                continue;
            }
            for (String first : words.removeFirst().split("\\|")) {
                found.computeIfAbsent("", _ -> new TreeSet<>()).add(first);
                if (!words.isEmpty() && WORD.matcher(words.getFirst()).matches()) {
                    found.computeIfAbsent(first, _ -> new TreeSet<>())
                            .addAll(List.of(words.getFirst().split("\\|")));
                }
                Matcher optional = Pattern.compile("\\[([a-z_]+)").matcher(line);
                while (optional.find()) {
                    found.computeIfAbsent(first, _ -> new TreeSet<>()).add(optional.group(1));
                }
            }
        }
        return found;
    }

    /// Its lines without fonts, one for each way to call the command.
    private static List<String> synopsis(ManPage page) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (String roff : (page.section("SYNOPSIS") + ".br\n").lines().skip(1).toList()) {
            if (roff.equals(".br")) {
                lines.add(line.toString().strip());
                line.setLength(0);
            } else {
                line.append(ManPage.plain(roff)).append(' ');
            }
        }
        return lines;
    }

    /// What its arguments are, if they are of a kind that can be completed.
    private static SortedMap<String, String> operands(ManPage page) {
        SortedMap<String, String> found = new TreeMap<>();
        for (String line : synopsis(page)) {
            List<String> words = List.of(line.split(" +"));
            String verb = words.size() > 1 && WORD.matcher(words.get(1)).matches() ? words.get(1) : "";
            String last = words.getLast().replaceAll("[\\[\\].]", "");
            boolean alone = words.size() < 2 || !words.get(words.size() - 2).matches("\\[?-[^\\]]*");
            if (KINDS.containsKey(last) && alone) {
                for (String one : verb.split("\\|", -1)) {
                    found.put(one, KINDS.getOrDefault(last, ""));
                }
            }
        }
        return found;
    }

    /// The whole script.
    String script() {
        var tables = new StringBuilder();
        var values = new StringBuilder();
        var names = new ArrayList<String>();
        for (ManPage page : pages.values()) {
            if (!page.section.equals("8")) {
                continue;
            }
            names.add(page.name);
            SortedMap<String, SortedSet<String>> words = words(page);
            SortedMap<String, String> operands = operands(page);
            var verbs = new TreeSet<>(page.words());
            verbs.remove("install");
            verbs.addAll(words.keySet());
            verbs.addAll(operands.keySet());
            verbs.add("");
            for (String verb : verbs) {
                SortedSet<String> options = page.options(page.words().contains(verb) ? verb : "");
                SortedSet<String> next = words.getOrDefault(verb, new TreeSet<>());
                tables.append("        '%s %s') options='%s' words='%s' kind='%s' ;;\n"
                        .formatted(
                                page.name,
                                verb,
                                String.join(" ", options),
                                String.join(" ", next),
                                operands.getOrDefault(verb, "")));
            }
            Map<String, SortedSet<String>> byKind = new LinkedHashMap<>();
            for (ManPage.Tag tag : page.tags()) {
                Matcher value = VALUE.matcher(tag.text());
                while (tag.section().equals("OPTIONS") && value.find()) {
                    String kind = KINDS.get(value.group(2));
                    if (kind != null) {
                        byKind.computeIfAbsent(kind, _ -> new TreeSet<>()).addAll(ManPage.options(tag.text(), true));
                    }
                }
            }
            byKind.forEach((kind, options) -> options.forEach(
                    option -> values.append("        '%s %s') kind=%s ;;\n".formatted(page.name, option, kind))));
        }
        return HEAD + tables + MIDDLE + values + TAIL + "complete -o bashdefault -F _muster " + String.join(" ", names)
                + "\n";
    }

    private static final String HEAD = """
            # Completion of Muster's commands for bash, made from the man pages.

            # Names of nodes or services in this machine's cluster.conf.
            _muster_names() {
                sed -n "s/.*<$1 [^>]*\\\\bname=[\\"']\\\\([^\\"']*\\\\)[\\"'].*/\\\\1/p" "${MUSTER_ROOT-}/etc/cluster/cluster.conf" 2>/dev/null
            }

            _muster() {
                local command=${COMP_WORDS[0]##*/} word=${COMP_WORDS[COMP_CWORD]} before= verb= i options= words= kind=
                [ "$COMP_CWORD" -lt 2 ] || before=${COMP_WORDS[COMP_CWORD - 1]}
                for ((i = 1; i < COMP_CWORD; i++)); do
                    case ${COMP_WORDS[i]} in -*) ;; *) verb=${COMP_WORDS[i]}; break ;; esac
                done
                _muster_table "$command" "$verb"
                # What stands behind an option that takes no word, or is no word of the command, says nothing.
                [ -n "$options$words$kind" ] || { verb=; _muster_table "$command" ''; words=; }
                COMPREPLY=()
                if [[ $word == -* ]]; then
                    COMPREPLY=($(compgen -W "$options" -- "$word"))
                    return
                fi
                _muster_value "$command" "$before"
                case $kind in
                    file) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")) ;;
                    clusternode | service) COMPREPLY=($(compgen -W "$(_muster_names $kind)" -- "$word")) ;;
                esac
                COMPREPLY+=($(compgen -W "$words" -- "$word"))
            }

            _muster_table() {
                case "$1 $2" in
            """;

    private static final String MIDDLE = """
                esac
            }

            # An option's argument goes before the command's own.
            _muster_value() {
                case "$1 $2" in
            """;

    private static final String TAIL = """
                esac
            }

            """;
}
