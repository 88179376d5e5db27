package io.muster.ipvs.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsException;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceId;
import io.muster.net.IpAddress;
import io.muster.os.Errno;
import io.muster.os.NetException;
import io.muster.os.Netlink;
import io.muster.os.NetlinkWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What a kernel does in bad moments, by a kernel made of a script.
class KernelIpvsTest {
    private static final int FAMILY = 28;
    private static final int ERROR = 2;
    private static final int DONE = 3;
    private static final int MULTI = 2;
    private static final ServiceId WEB =
            ServiceId.tcp(IpAddress.parse("10.1.1.1").orElseThrow(), 80);

    /// Answers each message that comes in.
    private interface Script {
        /// @param command the generic header's, -1 for an empty message
        void answer(Kernel kernel, int sequence, int type, int flags, int command) throws NetException;
    }

    private static final class Kernel implements Netlink {
        final NetlinkWriter answers = new NetlinkWriter(1 << 20);
        final Script script;
        int receiveBytes = 1 << 20;
        int mostInOne;
        int empty;
        boolean closed;
        boolean lost;

        Kernel(Script script) {
            this.script = script;
        }

        @Override
        public void send(ByteBuffer messages) throws NetException {
            int count = 0;
            for (int at = messages.position(); at < messages.limit(); ) {
                int length = messages.getInt(at);
                int command = length >= 20 ? messages.get(at + 16) : -1;
                int type = messages.getShort(at + 4);
                script.answer(this, messages.getInt(at + 8), type, messages.getShort(at + 6), command);
                at += length + 3 & ~3;
                count++;
            }
            mostInOne = Math.max(mostInOne, count);
        }

        void error(int sequence, int errno) {
            answers.message(ERROR, 0x100, sequence).raw32(-errno);
            answers.raw32(0).raw32(0).raw32(0).raw32(0).end();
        }

        @Override
        public int receive(long timeoutMs) throws NetException {
            if (lost) {
                throw NetException.of("netlink socket", Errno.ENOBUFS);
            }
            empty = answers.size() == 0 ? empty + 1 : 0;
            return answers.size() == 0 ? 0 : 1;
        }

        @Override
        public ByteBuffer datagram(int index) {
            ByteBuffer written = answers.written();
            ByteBuffer copy = ByteBuffer.allocate(written.remaining()).order(written.order());
            copy.put(written).flip();
            answers.clear();
            return copy;
        }

        @Override
        public int receiveBytes() {
            return receiveBytes;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /// A kernel that has IPVS and refuses nothing, unless the script answers otherwise.
    private static boolean usual(Kernel kernel, int sequence, int type, int flags, int command) {
        if (type == 16) {
            kernel.answers.message(16, 0, sequence).raw32(0x0201).u16(1, FAMILY).end();
        } else if (command == 15) {
            kernel.answers
                    .message(FAMILY, 0, sequence)
                    .raw32(14)
                    .u32(1, 0x010201)
                    .u32(2, 4096);
            kernel.answers.end();
        } else if ((flags & NetlinkWriter.ACK) != 0) {
            kernel.error(sequence, 0);
        } else {
            return false;
        }
        return true;
    }

    private static KernelIpvs open(List<Kernel> kernels) throws IpvsException {
        var next = new ArrayList<>(kernels);
        return KernelIpvs.open(
                next::removeFirst,
                Duration.ofMillis(50),
                () -> new IpvsException(IpvsError.UNSUPPORTED, "this kernel has no IPVS: said the test"));
    }

    private static List<IpvsOp> flushes(int count) {
        return java.util.Collections.nCopies(count, (IpvsOp) new IpvsOp.Flush());
    }

    @Test
    void refusalsComeBackInTheirPlacesAndTheRestIsDone() throws IpvsException {
        var kernel = new Kernel((k, sequence, type, flags, command) -> {
            if (command == 17 && sequence % 3 == 0) {
                k.error(sequence, 3);
            } else {
                usual(k, sequence, type, flags, command);
            }
        });
        KernelIpvs table = open(List.of(kernel));
        // Resolving and the version took 1 and 2.
        List<IpvsError> got = table.apply(flushes(100));
        for (int i = 0; i < 100; i++) {
            assertEquals(i % 3 == 0 ? IpvsError.NO_SERVICE : IpvsError.OK, got.get(i), "operation " + i);
        }
    }

    @Test
    void noMoreAreInFlightThanRefusalsFit() throws IpvsException {
        var kernel = new Kernel(KernelIpvsTest::usual);
        kernel.receiveBytes = 20_480;
        KernelIpvs table = open(List.of(kernel));
        assertEquals(95, table.apply(flushes(95)).size());
        assertEquals(11, kernel.mostInOne, "ten, and the message that ends them");
    }

    @Test
    void answersToOthersAndOldOnesArePassedOver() throws IpvsException {
        var kernel = new Kernel((k, sequence, type, flags, command) -> {
            if (command != 17) {
                k.error(sequence - 100, 17);
                k.error(sequence + 5_000, 17);
            }
            usual(k, sequence, type, flags, command);
        });
        KernelIpvs table = open(List.of(kernel));
        assertEquals(0x010201, table.info().version());
        assertEquals(List.of(IpvsError.OK), table.apply(flushes(1)));
    }

    @Test
    void silenceEndsAtTheLimitAndTheNextCallStartsAfresh() throws IpvsException {
        var first = new Kernel((k, sequence, type, flags, command) -> {
            if (command != 17 && command != -1) {
                usual(k, sequence, type, flags, command);
            }
        });
        var second = new Kernel(KernelIpvsTest::usual);
        KernelIpvs table = open(List.of(first, second));
        var silent = assertThrows(IpvsException.class, () -> table.apply(flushes(3)));
        assertEquals("IPVS: no answer from the kernel within 50 ms", silent.getMessage());
        assertTrue(first.closed);
        assertEquals(3, table.apply(flushes(3)).size());
        assertFalse(second.closed);
    }

    @Test
    void lostAnswersAreSaid() throws IpvsException {
        var first = new Kernel(KernelIpvsTest::usual);
        var second = new Kernel(KernelIpvsTest::usual);
        KernelIpvs table = open(List.of(first, second));
        first.lost = true;
        var lost = assertThrows(IpvsException.class, () -> table.apply(flushes(3)));
        assertEquals(new IpvsError(Errno.ENOBUFS), lost.error());
        assertTrue(lost.getMessage().startsWith("IPVS: answers of the kernel were lost"), lost.getMessage());
        assertEquals(3, table.apply(flushes(3)).size());
    }

    @Test
    void aRefusalInTheMiddleOfADumpIsTheDumpsEnd() throws IpvsException {
        var kernel = new Kernel((k, sequence, type, flags, command) -> {
            if (command == 11) {
                k.answers.message(FAMILY, MULTI, sequence).raw32(9);
                int nest = k.answers.nest(3);
                k.answers.u32(1, 1).string(2, "eth0").u32(3, 7).endNest(nest).end();
                k.error(sequence, 12);
            } else {
                usual(k, sequence, type, flags, command);
            }
        });
        KernelIpvs table = open(List.of(kernel));
        var refused = assertThrows(IpvsException.class, table::daemons);
        assertEquals("IPVS: sync daemons: Cannot allocate memory", refused.getMessage());
    }

    @Test
    void nonsenseIsAnExceptionInWords() throws IpvsException {
        var first = new Kernel((k, sequence, type, flags, command) -> {
            if (command == 4) {
                k.answers.message(FAMILY, MULTI, sequence).raw32(1).u32(1, 5).end();
            } else {
                usual(k, sequence, type, flags, command);
            }
        });
        KernelIpvs table = open(List.of(first, new Kernel(KernelIpvsTest::usual)));
        var nonsense = assertThrows(IpvsException.class, table::services);
        assertEquals(IpvsError.OTHER, nonsense.error());
        assertTrue(nonsense.getMessage().startsWith("the kernel's answer makes no sense: "), nonsense.getMessage());
        assertTrue(first.closed, "the rest of it isn't read");
    }

    @Test
    void aServiceThatIsNotThereIsNone() throws IpvsException {
        var kernel = new Kernel((k, sequence, type, flags, command) -> {
            switch (command) {
                case 4 -> k.error(sequence, 3);
                case 8 -> k.answers.message(DONE, MULTI, sequence).raw32(0).end();
                default -> usual(k, sequence, type, flags, command);
            }
        });
        KernelIpvs table = open(List.of(kernel));
        assertEquals(Optional.empty(), table.service(WEB));
        assertEquals(List.of(), table.destinations(WEB));
    }

    @Test
    void withoutPrivilegeItSaysSo() {
        var kernel = new Kernel((k, sequence, type, flags, command) -> {
            if (type == 16) {
                usual(k, sequence, type, flags, command);
            } else {
                k.error(sequence, 1);
            }
        });
        var refused = assertThrows(IpvsException.class, () -> open(List.of(kernel)));
        assertEquals(IpvsError.NOT_PERMITTED, refused.error());
        assertEquals("IPVS may not be used: CAP_NET_ADMIN is needed (be root)", refused.getMessage());
        assertTrue(kernel.closed);
    }

    @Test
    void theModuleIsLoadedOnceAndThenItIsThere() throws IpvsException {
        var there = new boolean[1];
        var kernel = new Kernel((k, sequence, type, flags, command) -> {
            if (type == 16 && !there[0]) {
                k.error(sequence, 2);
            } else {
                usual(k, sequence, type, flags, command);
            }
        });
        KernelIpvs table = KernelIpvs.open(() -> kernel, Duration.ofMillis(50), () -> {
            there[0] = true;
            return new IpvsException(IpvsError.UNSUPPORTED, "not said");
        });
        assertEquals(4096, table.info().connTabSize());
    }

    @Test
    void aKernelWithoutIpvsSaysSoInOneLine() {
        assumeTrue(!Files.exists(Path.of("/proc/net/ip_vs")), "this kernel has IPVS");
        var missing = assertThrows(IpvsException.class, () -> KernelIpvs.open(Duration.ofSeconds(10)));
        assumeTrue(!missing.error().equals(IpvsError.NOT_PERMITTED), "no privilege here");
        assertEquals(IpvsError.UNSUPPORTED, missing.error());
        String message = String.valueOf(missing.getMessage());
        assertTrue(message.startsWith("this kernel has no IPVS: "), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void anAnswerThatIsNoAnswerIsAnException() throws IpvsException {
        var kernel = new Kernel((k, sequence, type, flags, command) -> {
            if (command == 13) {
                k.error(sequence, 0);
            } else {
                usual(k, sequence, type, flags, command);
            }
        });
        KernelIpvs table = open(List.of(kernel));
        assertThrows(IpvsException.class, table::timeouts);
    }
}
