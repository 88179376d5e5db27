package io.muster.lvscf;

import static io.muster.finding.Shown.quoted;

import io.muster.cli.Nearest;
import io.muster.finding.Findings;
import io.muster.finding.Placed;
import io.muster.finding.Reading;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Reads lvs.cf: text in, a configuration or every problem at once out. The lexical rules are the original's to the
/// letter, and so are its phrases; what the original skipped without a word is said. Source of the rules: lvs.cf as
/// Piranha 0.8 reads it.
///
/// Thread: any, one file each; blocks only where a [NameLookup] does. Never throws for what stands in a file.
public final class LvsReader {
    private final Findings findings;
    private final ValueReader values;
    private final Deque<Block> open = new ArrayDeque<>();

    private LvsReader(NameLookup names, Findings findings) {
        this.findings = findings;
        this.values = new ValueReader(names, findings);
    }

    /// Reads a file's text.
    ///
    /// @param file as it shall stand in messages, usually `lvs.cf`
    public static Reading<LvsConfig> read(String text, String file, NameLookup names) {
        var findings = new Findings(file);
        List<Line> lines = Line.of(text, findings);
        if (lines.isEmpty()) {
            findings.error(Placed.at(0, 0), "Empty configuration");
            return findings.reading(Optional.empty());
        }
        Block tree = new LvsReader(names, findings).tree(lines);
        LvsConfig config = new ConfigBuilder(tree, findings).build();
        return findings.reading(findings.usable() ? Optional.of(config) : Optional.empty());
    }

    private Block tree(List<Line> lines) {
        Block file = new Block(Block.Kind.FILE, new Line.Token(0, 0, ""), "");
        open.push(file);
        boolean braceForgiven = false;
        for (Line line : lines) {
            if (braceForgiven && line.has(0, "{") && line.tokens().size() == 1) {
                braceForgiven = false;
                continue;
            }
            braceForgiven = statement(line);
        }
        while (open.size() > 1) {
            Block unclosed = open.pop();
            if (unclosed.kind != Block.Kind.UNKNOWN) {
                findings.warn(
                        unclosed.at,
                        unclosed.title() + ": \"}\" missing at the end of the file: taken as written there; is the"
                                + " file whole?");
            }
        }
        return file;
    }

    /// @return whether the line opened a block without its brace, which has been reported
    private boolean statement(Line line) {
        Line.Token first = line.first();
        Block block = open.element();
        if (line.tokens().size() > Line.MAX_TOKENS) {
            findings.error(
                    line.tokens().get(Line.MAX_TOKENS),
                    "unexpected arguments: a line has at most " + Line.MAX_TOKENS + " words");
            return false;
        }
        if (first.text().equals("}")) {
            close(line);
        } else if (block.kind == Block.Kind.UNKNOWN) {
            if (opensAny(line)) {
                open.push(new Block(Block.Kind.UNKNOWN, first, ""));
            }
        } else if (opens(block, first.text())) {
            return openBlock(line);
        } else {
            assign(block, line);
        }
        return false;
    }

    /// Whether a line of another program's file opens a block.
    private static boolean opensAny(Line line) {
        String last = line.tokens().getLast().text();
        return last.endsWith("{") && !line.has(1, "=");
    }

    private static boolean opens(Block block, String word) {
        return switch (word) {
            case "virtual", "failover" -> true;
            case "server" -> block.kind == Block.Kind.VIRTUAL || block.kind == Block.Kind.FAILOVER;
            default -> false;
        };
    }

    private void close(Line line) {
        if (line.tokens().size() > 1) {
            findings.error(
                    line.tokens().get(1),
                    ValueReader.unexpected(line.tokens().get(1).text()) + ": } stands alone on its line");
        }
        if (open.size() == 1) {
            findings.error(line.first(), "unknown command \"}\": no block is open here");
        } else {
            open.pop();
        }
    }

    private boolean openBlock(Line line) {
        List<Line.Token> tokens = line.tokens();
        Line.Token word = line.first();
        boolean server = word.text().equals("server");
        while (!server && open.size() > 1) {
            Block inside = open.pop();
            findings.error(
                    word,
                    "unknown command " + quoted(word.text()) + " inside " + inside.title() + " (line "
                            + inside.at.line() + "): is its \"}\" missing above?");
        }
        var kind =
                server ? Block.Kind.SERVER : word.text().equals("virtual") ? Block.Kind.VIRTUAL : Block.Kind.FAILOVER;
        boolean named = tokens.size() > 1 && !tokens.get(1).text().equals("{");
        var block = new Block(kind, word, named ? tokens.get(1).text() : "");
        open.element().blocks.add(block);
        open.push(block);
        if (!line.has(2, "{")) {
            findings.error(
                    tokens.getLast(),
                    word.text() + ": missing arguments: \"" + word.text()
                            + " NAME {\", the brace apart and in the same line");
            return tokens.stream().noneMatch(token -> token.text().endsWith("{"));
        }
        if (tokens.size() > 3) {
            findings.error(tokens.get(3), ValueReader.unexpected(tokens.get(3).text()));
        }
        return false;
    }

    private void assign(Block block, Line line) {
        Line.Token first = line.first();
        Key key = block.kind.keys().get(first.text());
        if (key == null) {
            findings.error(first, "unknown command " + quoted(first.text()) + unknownHint(block, first.text()));
            if (opensAny(line)) {
                open.push(new Block(Block.Kind.UNKNOWN, first, ""));
            }
            return;
        }
        if (!line.has(1, "=")) {
            Line.Token at = line.tokens().size() > 1 ? line.tokens().get(1) : first;
            findings.error(
                    at,
                    key.name() + ": equal (=) expected after command"
                            + (at == first ? "" : ", not " + quoted(at.text()))
                            + (at.text().startsWith("=") ? ": blanks on both sides of it" : ""));
            return;
        }
        Block.Entry entry = values.read(key, line);
        block.put(key.name(), entry)
                .ifPresent(before -> findings.warn(
                        first,
                        key.name() + ": given before, in line " + before.key().line() + ": the last one wins"));
    }

    private String unknownHint(Block block, String word) {
        int equals = word.indexOf('=');
        if (equals > 0 && block.kind.keys().containsKey(word.substring(0, equals))) {
            return ": write " + quoted(word.substring(0, equals) + " = " + word.substring(equals + 1))
                    + ", with blanks around the =";
        }
        var enclosing = open.stream()
                .skip(1)
                .filter(outer -> outer.kind.keys().containsKey(word))
                .findFirst();
        if (enclosing.isPresent()) {
            String where = enclosing.get().kind == Block.Kind.FILE
                    ? "before all blocks"
                    : "in " + enclosing.get().title();
            return " inside " + block.title() + ": it belongs " + where + "; is a \"}\" missing above?";
        }
        for (var kind : List.of(Block.Kind.VIRTUAL, Block.Kind.SERVER)) {
            if (kind.keys().containsKey(word) || word.equals("server")) {
                return ": it belongs into a " + (word.equals("server") ? "virtual" : kind.word) + " block";
            }
        }
        String here = Nearest.hint(word, commands(block.kind));
        return here.isEmpty() && block.kind == Block.Kind.FILE
                ? Nearest.to(word, Key.VIRTUAL.keySet())
                        .map(near -> ": did you mean " + quoted(near) + ", in a virtual block?")
                        .orElse("")
                : here;
    }

    private static List<String> commands(Block.Kind kind) {
        var words = new ArrayList<>(kind.keys().keySet());
        if (kind == Block.Kind.FILE) {
            words.addAll(List.of("virtual", "failover"));
        } else if (kind != Block.Kind.SERVER) {
            words.add("server");
        }
        return words;
    }
}
