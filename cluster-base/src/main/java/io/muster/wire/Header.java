package io.muster.wire;

import io.muster.core.MalformedMessage;

/// The 20 octets before every message of ours, big-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | magic, one per protocol |
/// | 4 | 1 | version of that protocol |
/// | 5 | 1 | type |
/// | 6 | 2 | flags |
/// | 8 | 4 | length of what follows the header, in octets |
/// | 12 | 4 | nodeid of the sender, 0 if it has none |
/// | 16 | 4 | sequence: the ring's, or a request's |
///
/// @param type 0 to 255
/// @param flags 16 bits
/// @param sequence 32 bits, unsigned
public record Header(int magic, int version, int type, int flags, int length, int nodeid, long sequence) {
    /// Size in octets.
    public static final int SIZE = 20;

    public void encode(Output out) {
        out.i32(magic).u8(version).u8(type).u16(flags).u32(length).u32(nodeid).u32(sequence);
    }

    /// Reads a header and checks what can be checked without knowing the type.
    ///
    /// @param magic the only acceptable one
    /// @param maxVersion versions 1 to this one are acceptable
    /// @param maxLength most octets acceptable after the header
    public static Header decode(Input in, int magic, int maxVersion, int maxLength) throws MalformedMessage {
        int found = in.i32();
        if (found != magic) {
            throw new MalformedMessage("magic is " + Integer.toHexString(found));
        }
        int version = in.u8();
        if (version < 1 || version > maxVersion) {
            throw new MalformedMessage("version is " + version);
        }
        int type = in.u8();
        int flags = in.u16();
        int length = in.u32(maxLength);
        int nodeid = in.u32(Integer.MAX_VALUE);
        return new Header(found, version, type, flags, length, nodeid, in.u32());
    }
}
