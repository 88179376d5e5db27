package io.muster.fence;

/// Names questions to cman and agents, each by a number of its own.
final class Numbers {
    private long last;

    long next() {
        return ++last;
    }

    long last() {
        return last;
    }

    void resume(long last) {
        this.last = last;
    }
}
