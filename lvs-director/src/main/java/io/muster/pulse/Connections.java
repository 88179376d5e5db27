package io.muster.pulse;

/// How many connections are in this director's table, and how far the partner has them.
///
/// The kernel tells the partner of what changes; what it doesn't tell is sent as a whole when the partner
/// appears, and again as long as it lacks more than one in a hundred.
///
/// Thread: the core's.
final class Connections {
    /// A partner that lacks connections this long after it was sent all of them is sent them again.
    private static final long AGAIN_MS = 10_000;

    private long here;
    private int permille;
    private long nextBulkMs = Long.MAX_VALUE;

    /// All of it.
    record Image(long here, int permille, long nextBulkMs) {}

    Image image() {
        return new Image(here, permille, nextBulkMs);
    }

    void resume(Image image) {
        here = image.here();
        permille = image.permille();
        nextBulkMs = image.nextBulkMs();
    }

    long here() {
        return here;
    }

    /// How much of them the partner has been sent as a whole.
    int permille() {
        return permille;
    }

    void counted(long count) {
        here = count;
    }

    /// One that has just appeared has been sent nothing.
    void partnerAppeared() {
        permille = 0;
    }

    boolean toSendAgain(Partner partner, long nowMs) {
        return nowMs >= nextBulkMs && partner.connections * 100 < here * 99;
    }

    void sending() {
        nextBulkMs = Long.MAX_VALUE;
    }

    void sent(int thousandths, long nowMs) {
        permille = thousandths;
        nextBulkMs = thousandths == 1000 ? nowMs + AGAIN_MS : Long.MAX_VALUE;
    }

    /// A partner that was active has them all.
    void roleTaken(boolean fromPartner, long nowMs) {
        permille = fromPartner ? 1000 : 0;
        nextBulkMs = nowMs + AGAIN_MS;
    }

    /// Whether this director has what the partner has: sent as a whole, and counted.
    boolean has(Partner partner) {
        return partner.syncPermille == 1000 && here * 100 >= partner.connections * 99;
    }
}
