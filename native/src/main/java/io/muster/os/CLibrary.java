package io.muster.os;

import com.sun.jna.NativeLibrary;

/// The C library, which is part of every process already.
final class CLibrary {
    private static final String PLACES = "jna.platform.library.path";

    private CLibrary() {}

    static NativeLibrary open() {
        // Unless it is told, JNA starts ldconfig(8) to learn where libraries lie: a process at every start of ours, for
        // one library that needs no looking for.
        if (System.getProperty(PLACES) == null) {
            System.setProperty(PLACES, "");
        }
        return NativeLibrary.getProcess();
    }
}
