package io.muster.driver;

import io.muster.core.CauseId;
import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// One file of a flight record. Its head, then one entry per step, big-endian:
///
/// | head | | entry | |
/// |---|---|---|---|
/// | u32 | magic `MstR` | u32 | length of what follows the CRC |
/// | u8 | version 3 | u32 | CRC-32C of it |
/// | u64 | number of the segment | u64 | now, in monotonic ms |
/// | text | name of the core | 16 | id of the event |
/// | u64 | wall-clock ms | 16 | id of its parent |
/// | u32 | longest octets kept whole | u64 | hash of the effects |
/// | list of texts | dictionary | u8 | 1: can't be decided again, only read |
/// | u32, octets | image of the core ([RecordCodec]) | rest | the event |
/// | u32 | CRC-32C of all before | | |
///
/// After an entry that can't be decided again the record goes on with the image of the next segment.
/// Version 2 had images by reflection.
///
/// A file cut in an entry - the process died - ends with the entry before.
record Segment(
        long number,
        String core,
        long wallMs,
        int payloadLimit,
        List<String> dictionary,
        byte[] image,
        List<Entry> entries,
        boolean cut) {
    static final int MAGIC = 0x4d737452;
    static final int VERSION = 3;
    static final String SUFFIX = ".rec";
    private static final int MAX_IMAGE = 64 << 20;

    /// One step of the core.
    ///
    /// @param decidable false when the core can't be given this event again: a secret is missing from
    ///     it, or steps before it weren't kept
    record Entry(long nowMs, CauseId id, CauseId parent, long effectsHash, boolean decidable, byte[] event) {}

    static byte[] encodeHead(
            long number, String core, long wallMs, int payloadLimit, List<String> dictionary, byte[] image) {
        var out = new Output(1024);
        out.i32(MAGIC).u8(VERSION).u64(number).string(core).u64(wallMs).u32(payloadLimit);
        out.list(dictionary, Output::string).bytes(image);
        return out.i32(crc(out.toBytes())).toBytes();
    }

    static byte[] encodeEntry(Entry entry) {
        var out = new Output(64 + entry.event.length);
        out.u32(0).u32(0).u64(entry.nowMs).cause(entry.id).cause(entry.parent).u64(entry.effectsHash);
        out.u8(entry.decidable ? 0 : 1).raw(entry.event);
        int length = out.size() - 8;
        var hash = new CRC32C();
        byte[] octets = out.toBytes();
        hash.update(octets, 8, length);
        return out.patch32(0, length).patch32(4, (int) hash.getValue()).toBytes();
    }

    static Segment read(Path file) throws IOException, MalformedMessage {
        return decode(Files.readAllBytes(file));
    }

    static Segment decode(byte[] octets) throws MalformedMessage {
        var in = new Input(octets);
        int magic = in.i32();
        int version = in.u8();
        if (magic != MAGIC) {
            throw new MalformedMessage("not a flight record");
        }
        if (version != VERSION) {
            throw new MalformedMessage("written by " + (version < VERSION ? "an older" : "a newer")
                    + " release: flight record of version " + version + ", not " + VERSION
                    + ": replay it with the release that wrote it");
        }
        long number = in.u64();
        String core = in.string();
        long wallMs = in.u64();
        int payloadLimit = in.u32(Integer.MAX_VALUE);
        List<String> dictionary = in.list(0xffff, Input::string);
        byte[] image = in.bytes(MAX_IMAGE);
        int headOctets = octets.length - in.remaining();
        var hash = new CRC32C();
        hash.update(octets, 0, headOctets);
        if (in.i32() != (int) hash.getValue()) {
            throw new MalformedMessage("head is damaged");
        }
        var entries = new ArrayList<Entry>();
        boolean cut = false;
        while (in.remaining() > 0 && !cut) {
            cut = !entry(in, entries);
        }
        return new Segment(number, core, wallMs, payloadLimit, dictionary, image, entries, cut);
    }

    /// @return false for an entry that isn't whole
    private static boolean entry(Input in, List<Entry> into) throws MalformedMessage {
        if (in.remaining() < 8) {
            return false;
        }
        long length = in.u32();
        int expected = in.i32();
        if (length > in.remaining()) {
            return false;
        }
        byte[] body = in.raw((int) length);
        if (crc(body) != expected) {
            throw new MalformedMessage("entry " + into.size() + " is damaged");
        }
        var entry = new Input(body);
        into.add(new Entry(entry.u64(), entry.cause(), entry.cause(), entry.u64(), entry.u8() == 0, entry.rest()));
        return true;
    }

    static int crc(byte[] octets) {
        var hash = new CRC32C();
        hash.update(octets);
        return (int) hash.getValue();
    }
}
