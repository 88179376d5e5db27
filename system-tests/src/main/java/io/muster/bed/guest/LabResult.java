package io.muster.bed.guest;

/// How a command in a guest ended.
///
/// @param status the command's exit status, or one of [Lab]'s own
/// @param out what the command said, standard output and error together, in order
/// @param complaint what the lab itself had to say
public record LabResult(int status, String out, String complaint) {
    public boolean ok() {
        return status == 0;
    }

    /// What the command said, after checking that all went well.
    ///
    /// @throws IllegalStateException when the status isn't 0, with all that was said
    public String expectOk(String what) {
        if (!ok()) {
            throw new IllegalStateException(what + ": status " + status + ": " + (complaint + out).strip());
        }
        return out;
    }
}
