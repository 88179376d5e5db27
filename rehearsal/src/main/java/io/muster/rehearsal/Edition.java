package io.muster.rehearsal;

/// By which rules a story is drawn from its seed: a seed names one only together with its edition. Whoever
/// changes what is drawn, or in which order, makes a new one, so that what the corpus has of an older one
/// stays the story it was.
public enum Edition {
    /// Without what daemons didn't bear when it was the build's.
    TWO_USUAL("2-usual"),
    /// All kinds of trouble that there were.
    TWO("2"),
    /// All kinds of trouble, always.
    THREE("3");

    private final String word;

    Edition(String word) {
        this.word = word;
    }

    /// The one of new seeds.
    public static Edition newest() {
        return THREE;
    }

    /// As operators name it; null for none of that name.
    public static @org.jspecify.annotations.Nullable Edition of(String word) {
        for (Edition edition : values()) {
            if (edition.word.equals(word)) {
                return edition;
            }
        }
        return null;
    }

    boolean all() {
        return this != TWO_USUAL;
    }

    /// Whether resources go from service to service in it.
    boolean moves() {
        return this == THREE;
    }

    /// What its dice begin with, beside the seed.
    int number() {
        return this == THREE ? 3 : 2;
    }

    /// What has to be typed beside a seed.
    String option() {
        return this == newest() ? "" : " --story " + word;
    }

    @Override
    public String toString() {
        return word;
    }
}
