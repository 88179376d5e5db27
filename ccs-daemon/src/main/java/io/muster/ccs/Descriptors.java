package io.muster.ccs;

import io.muster.config.Element;
import io.muster.config.Errno;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Open connections of clients: each sees the document it was opened on, remembers its last query, and ends
/// 30 s after its last use. They outlive the socket connection that opened them.
///
/// Source: RHEL 5 ccsd: 30 descriptors, number = slot + generation * 30, repetition of a query gives the next
/// match.
///
/// Thread: the daemon's loop.
public final class Descriptors {
    static final int SLOTS = 30;
    static final long EXPIRY_MS = 30_000;
    private static final int GENERATIONS = Integer.MAX_VALUE / SLOTS;

    private static final class Slot {
        final int number;
        final XPathTree tree;
        long usedMs;
        String path = "";
        String query = "";
        int next;

        Slot(int number, XPathTree tree, long usedMs) {
            this.number = number;
            this.tree = tree;
            this.usedMs = usedMs;
        }
    }

    /// The present path and the query before, as `ccs_get_state` shows them.
    public record State(String path, String query) {}

    /// What came of a query.
    ///
    /// @param value null with an error, and at the end of a list
    /// @param error null for none
    public record Result(@Nullable String value, @Nullable Errno error) {}

    private final @Nullable Slot[] slots = new @Nullable Slot[SLOTS];
    private final int[] generation = new int[SLOTS];
    /// What was opened last: most descriptors are opened on one document.
    private @Nullable XPathTree latest;

    /// Opens one on a document.
    ///
    /// @return its number, or the negative error number when all are in use
    public int open(Element root, long nowMs) {
        for (int i = 0; i < SLOTS; i++) {
            Slot slot = slots[i];
            if (slot == null || nowMs - slot.usedMs > EXPIRY_MS) {
                int number = i + generation[i] * SLOTS;
                generation[i] = (generation[i] + 1) % GENERATIONS;
                slots[i] = new Slot(number, tree(root), nowMs);
                return number;
            }
        }
        return -Errno.EAGAIN.number();
    }

    private XPathTree tree(Element root) {
        XPathTree tree = latest;
        if (tree == null || tree.root() != root) {
            tree = new XPathTree(root);
            latest = tree;
        }
        return tree;
    }

    /// @return false when there is none of that number
    public boolean close(int number, long nowMs) {
        Slot slot = slot(number, nowMs);
        if (slot != null) {
            slots[number % SLOTS] = null;
        }
        return slot != null;
    }

    /// The next match of a query: repeating it exactly goes on to the next match and then around.
    ///
    /// @param list return null once after the last match instead of going around at once
    public Result get(int number, String query, boolean list, long nowMs) {
        Slot slot = slot(number, nowMs);
        if (slot == null) {
            return new Result(null, Errno.EBADR);
        }
        String whole = query.startsWith("/") || slot.path.isEmpty() ? query : slot.path + "/" + query;
        List<String> matches;
        try {
            matches = slot.tree.find(whole);
        } catch (XPathTree.BadPath e) {
            return new Result(null, Errno.EINVAL);
        }
        if (!query.equals(slot.query)) {
            slot.query = query;
            slot.next = 0;
        }
        if (matches.isEmpty()) {
            return new Result(null, Errno.ENODATA);
        }
        if (slot.next >= matches.size()) {
            slot.next = 0;
            if (list) {
                return new Result(null, null);
            }
        }
        String value = matches.get(slot.next++);
        return value.isEmpty() ? new Result(null, Errno.ENODATA) : new Result(value, null);
    }

    /// Null when there is none of that number.
    public @Nullable State state(int number, long nowMs) {
        Slot slot = slot(number, nowMs);
        return slot == null ? null : new State(slot.path.isEmpty() ? "/" : slot.path, slot.query);
    }

    /// Sets the path that relative queries start from.
    ///
    /// @param reset forget the query before
    /// @return null when done
    public @Nullable Errno setState(int number, String path, boolean reset, long nowMs) {
        Slot slot = slot(number, nowMs);
        if (slot == null) {
            return Errno.EBADR;
        }
        if (!path.startsWith("/")) {
            return Errno.EINVAL;
        }
        slot.path = path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        slot.path = slot.path.equals("/") ? "" : slot.path;
        if (reset) {
            slot.query = "";
            slot.next = 0;
        }
        return null;
    }

    private @Nullable Slot slot(int number, long nowMs) {
        if (number < 0) {
            return null;
        }
        Slot slot = slots[number % SLOTS];
        if (slot == null || slot.number != number) {
            return null;
        }
        if (nowMs - slot.usedMs > EXPIRY_MS) {
            slots[number % SLOTS] = null;
            return null;
        }
        slot.usedMs = nowMs;
        return slot;
    }
}
