package io.muster.rehearsal;

/// What trouble may wait for.
enum Moment {
    /// Its time, nothing else.
    TIME("at its time"),
    RING_RECOVERS("when a ring enters recovery"),
    RING_GATHERS("when a node begins to gather"),
    DAEMON_JOINS("when a daemon has joined its group and hasn't its first entry yet"),
    START_BEGINS("while an agent starts a resource"),
    AGENT_STRIKES("while a fence agent is at work"),
    STOPPED_EVERYTHING("when an rgmanager has stopped everything");

    private final String words;

    Moment(String words) {
        this.words = words;
    }

    @Override
    public String toString() {
        return words;
    }
}
