package io.muster.checks;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A binary heap of entries by due time, each knowing its place in it, so that moving one costs a
/// logarithm. Equal times go by entry number, so that a replay goes the same way.
final class Deadlines {
    /// What is due some time.
    abstract static class Entry {
        final long number;
        long dueMs = Long.MAX_VALUE;
        private int place = -1;

        Entry(long number) {
            this.number = number;
        }

        private boolean before(Entry other) {
            return dueMs < other.dueMs || dueMs == other.dueMs && number < other.number;
        }
    }

    private @Nullable Entry[] heap = new Entry[16];
    private int size;

    /// The earliest; null of none.
    @Nullable
    Entry first() {
        return heap[0];
    }

    long firstDueMs() {
        Entry first = heap[0];
        return first == null ? Long.MAX_VALUE : first.dueMs;
    }

    /// Puts it where its time belongs, whether it was in or not; takes it out for [Long#MAX_VALUE].
    void set(Entry entry, long dueMs) {
        entry.dueMs = dueMs;
        if (dueMs == Long.MAX_VALUE) {
            remove(entry);
            return;
        }
        if (entry.place < 0) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, size * 2);
            }
            entry.place = size;
            heap[size++] = entry;
        }
        settle(entry);
    }

    private void remove(Entry entry) {
        int hole = entry.place;
        if (hole < 0) {
            return;
        }
        entry.place = -1;
        Entry last = heap[--size];
        heap[size] = null;
        if (last != null && last != entry) {
            last.place = hole;
            heap[hole] = last;
            settle(last);
        }
    }

    private void settle(Entry entry) {
        int at = entry.place;
        while (at > 0) {
            Entry parent = heap[(at - 1) / 2];
            if (parent == null || !entry.before(parent)) {
                break;
            }
            put(parent, at);
            at = (at - 1) / 2;
        }
        while (true) {
            int child = 2 * at + 1;
            Entry least = child < size ? heap[child] : null;
            Entry right = child + 1 < size ? heap[child + 1] : null;
            if (least != null && right != null && right.before(least)) {
                least = right;
                child++;
            }
            if (least == null || !least.before(entry)) {
                break;
            }
            put(least, at);
            at = child;
        }
        put(entry, at);
    }

    private void put(Entry entry, int at) {
        heap[at] = entry;
        entry.place = at;
    }
}
