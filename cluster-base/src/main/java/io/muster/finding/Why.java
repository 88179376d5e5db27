package io.muster.finding;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/// What went wrong with a file, in words. The JDK's own message for the usual mishaps is the bare path. Thread: any.
public final class Why {
    private Why() {}

    /// `PATH: no such file or directory`; of what has no path to do with, its message.
    public static String of(IOException e) {
        if (e instanceof FileSystemException f && f.getFile() != null) {
            String other = f.getOtherFile();
            return f.getFile() + (other == null ? "" : " to " + other) + ": " + reason(e);
        }
        return reason(e);
    }

    /// The same where the path stands beside it already.
    public static String reason(IOException e) {
        // Not a switch over types: linking one costs a command more than the question would have.
        if (e instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "it exists already";
        }
        if (e instanceof DirectoryNotEmptyException) {
            return "the directory isn't empty";
        }
        if (e instanceof NotDirectoryException) {
            return "not a directory";
        }
        if (e instanceof FileSystemException f && f.getReason() != null) {
            return f.getReason();
        }
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}
