package io.muster.service;

/// What came of a request, with the number and text of the original; `clusvcadm` exits with the number modulo 256.
public enum ResultCode {
    SUCCESS(0, "Success"),
    FAIL(-1, "Failure"),
    ABORT(-2, "Aborted; service failed"),
    FORWARD(-3, "Service not mastered locally"),
    NO_SERVICE(-4, "Service does not exist"),
    DEADLOCK(-5, "Operation would cause a deadlock"),
    AGAIN(-6, "Temporary failure; try again"),
    DEPEND(-7, "Operation violates dependency rule"),
    INVALID(-8, "Invalid operation for resource"),
    QUORUM(-9, "Operation requires quorum"),
    RUNNING(-10, "Service is already running"),
    FROZEN(-11, "Failure: Service is frozen"),
    NODE(-12, "Target node dead / nonexistent"),
    FENCE(-13, "Fencing operation pending; try again later"),
    SCRIPT(-14, "S/Lang Script Error"),
    DOMAIN(-15, "Service not runnable"),
    EXCLUSIVE(-16, "Service not runnable: cannot run exclusive"),
    RELOCATION(-17, "Failed; service running on original owner"),
    PERMISSION(-18, "Permission denied"),
    WARNING(-19, "Warning; see system logs");

    private final int number;
    private final String text;

    ResultCode(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /// 0 or negative.
    public int number() {
        return number;
    }

    public String text() {
        return text;
    }

    /// Exit status of the command. A service that already runs is no failure to a script.
    public int exitStatus() {
        return this == RUNNING ? 0 : number & 0xff;
    }
}
