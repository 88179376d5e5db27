package io.muster.lvs;

/// The one thing that is asked of the outside at a time.
final class Underway {
    /// What it can be.
    enum What {
        NOTHING,
        READ,
        CHEAP_READ,
        APPLY,
        WRITE
    }

    private What what = What.NOTHING;
    private long request;
    private long sinceMs;

    /// All of it.
    record Image(What what, long request, long sinceMs) {}

    Image image() {
        return new Image(what, request, sinceMs);
    }

    void resume(Image image) {
        what = image.what();
        request = image.request();
        sinceMs = image.sinceMs();
    }

    boolean nothing() {
        return what == What.NOTHING;
    }

    /// @return the number its answer has to bear
    long launch(What next, long nowMs) {
        what = next;
        sinceMs = nowMs;
        return ++request;
    }

    /// Takes an answer, unless it is one to something else.
    boolean landed(long number, What asked) {
        if (what != asked || number != request) {
            return false;
        }
        what = What.NOTHING;
        return true;
    }

    /// Since when the last has been under way.
    long sinceMs() {
        return sinceMs;
    }
}
