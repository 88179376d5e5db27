package io.muster.bed.guest;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a program in a guest (or a box) says: printed as it comes, but for the line with its figures, which is kept.
///
/// Thread: any.
public final class GuestOutput {
    /// Begins the line of figures.
    public static final String FIGURES = "figures ";

    private final PrintStream out;
    private volatile String figures = "";

    public GuestOutput(PrintStream out) {
        this.out = out;
    }

    /// A guest large enough for a site with daemons on two directors.
    public static Lab lab() {
        // A JVM looks for IPv6 when it starts; later would be too late.
        return Lab.usual().memory(1536).modules("ipv6");
    }

    public void line(String line) {
        if (line.startsWith(FIGURES)) {
            figures = line.substring(FIGURES.length());
        } else {
            out.println(line);
            out.flush();
        }
    }

    /// @throws IOException when there are none, too
    public void writeFigures(Path file) throws IOException {
        if (figures.isEmpty()) {
            throw new IOException("no figures came out of the guest");
        }
        Files.writeString(file, figures + "\n", StandardCharsets.UTF_8);
    }
}
