package io.muster.pulse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.net.IpAddress;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ArpFramesTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final byte[] MAC = HEX.parseHex("02004d0a0b0c");

    private static IpAddress ip(String text) {
        return IpAddress.parse(text).orElseThrow();
    }

    @Test
    void gratuitousReplyNamesTheSenderTwice() {
        assertEquals(
                "ffffffffffff" + "02004d0a0b0c" + "0806" + "0001" + "0800" + "06" + "04" + "0002" + "02004d0a0b0c"
                        + "c0a81a0a" + "02004d0a0b0c" + "c0a81a0a" + "00".repeat(18),
                HEX.formatHex(ArpFrames.gratuitous(ip("192.168.26.10"), MAC, ArpFrames.broadcast())));
    }

    @Test
    void advertisementGoesToAllNodesAndOverrides() {
        String start = "333300000001" + "02004d0a0b0c" + "86dd" + "60000000" + "0020" + "3a" + "ff"
                + "20010db8000000000000000000000010" + "ff020000000000000000000000000001";
        String end = "20010db8000000000000000000000010" + "0201" + "02004d0a0b0c";
        byte[] frame = ArpFrames.neighbourAdvertisement(ip("2001:db8::10"), MAC, false);
        assertEquals(start + "8800" + checksum(frame) + "20000000" + end, HEX.formatHex(frame));
        byte[] router = ArpFrames.neighbourAdvertisement(ip("2001:db8::10"), MAC, true);
        assertEquals(start + "8800" + checksum(router) + "a0000000" + end, HEX.formatHex(router));
    }

    /// Worked out once by hand and once by this loop, which sums differently from the code.
    private static String checksum(byte[] frame) {
        long sum = 0;
        for (int i = 22; i < frame.length; i += 2) {
            sum += i == 56 ? 0 : (frame[i] & 0xff) * 256L + (frame[i + 1] & 0xff);
        }
        sum += 32 + 58;
        return String.format("%04x", 0xffff - sum % 0xffff);
    }

    @Test
    void checksumWorkedOutByHand() {
        // 2001+0db8+0010 twice, ff02+0001, 0020+003a, 8800, 2000, 0201, 0200+4d0a+0b0c
        long sum = 2 * (0x2001 + 0x0db8 + 0x10)
                + 0xff02
                + 1
                + 0x20
                + 0x3a
                + 0x8800
                + 0x2000
                + 0x0201
                + 0x0200
                + 0x4d0a
                + 0x0b0c;
        long folded = (sum & 0xffff) + (sum >> 16);
        byte[] frame = ArpFrames.neighbourAdvertisement(ip("2001:db8::10"), MAC, false);
        assertEquals(String.format("%04x", 0xffff - folded), HEX.formatHex(frame, 56, 58));
    }

    @Test
    void announcementFitsTheFamily() {
        assertEquals(60, ArpFrames.announcement(ip("10.0.0.1"), MAC, true).length);
        assertEquals(86, ArpFrames.announcement(ip("::1"), MAC, true).length);
        assertThrows(IllegalArgumentException.class, () -> ArpFrames.gratuitous(ip("::1"), MAC, MAC));
        assertThrows(
                IllegalArgumentException.class, () -> ArpFrames.neighbourAdvertisement(ip("::1"), new byte[8], false));
    }
}
