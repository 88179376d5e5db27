package io.muster.bed.guest;

import io.muster.bed.node.Box;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// Work that fills the processor's widest registers in many threads at once, while they interrupt each other by
/// hand-overs, page faults and signals. One wrong bit changes the digest that comes out.
public final class Arithmetic {
    private static final int THREADS = 6;
    private static final int ROUNDS = 60;
    private static final int WIDTH = 4096;

    private record Box(@Nullable String word) {}

    private Arithmetic() {}

    public static void main(String[] args) throws Exception {
        System.out.println("digest " + digest(Long.parseLong(args[0])));
    }

    /// The same for the same seed, on any processor.
    static String digest(long seed) throws Exception {
        byte[][] results = new byte[THREADS][];
        Thread[] threads = new Thread[THREADS];
        for (int i = 0; i < THREADS; i++) {
            int mine = i;
            threads[i] = new Thread(() -> results[mine] = work(seed + mine));
            threads[i].start();
        }
        // Hand-overs keep the scheduler busy meanwhile.
        SynchronousQueue<Integer> baton = new SynchronousQueue<>();
        Thread runner = Thread.ofPlatform().daemon().start(() -> {
            try {
                for (int i = 0; i < 2000; i++) {
                    baton.put(i);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        long sum = 0;
        for (int i = 0; i < 2000; i++) {
            Integer got = baton.poll(60, TimeUnit.SECONDS);
            sum += got == null ? -1_000_000 : got;
        }
        runner.join();
        MessageDigest all = MessageDigest.getInstance("SHA-256");
        all.update(ByteBuffer.allocate(8).putLong(sum).flip());
        for (int i = 0; i < THREADS; i++) {
            threads[i].join();
            all.update(results[i]);
        }
        return HexFormat.of().formatHex(all.digest());
    }

    private static byte[] work(long seed) {
        try {
            MessageDigest md5 = MessageDigest.getInstance("MD5");
            CRC32 crc = new CRC32();
            double[] a = new double[WIDTH];
            float[] b = new float[WIDTH];
            long[] c = new long[WIDTH];
            for (int i = 0; i < WIDTH; i++) {
                a[i] = Math.floorMod(seed * 31 + i * 7L, 1009) / 1009.0;
                b[i] = Math.floorMod(seed * 17 + i * 13L, 997) / 997.0f;
                c[i] = seed * 0x9E3779B97F4A7C15L + i;
            }
            int nulls = 0;
            for (int round = 0; round < ROUNDS; round++) {
                for (int repeat = 0; repeat < 40; repeat++) {
                    step(a, b, c);
                }
                // A fresh array: its first writes are page faults, in the midst of wide copies.
                byte[] image = new byte[WIDTH * 20];
                ByteBuffer out = ByteBuffer.wrap(image);
                for (int i = 0; i < WIDTH; i++) {
                    out.putDouble(a[i]).putFloat(b[i]).putLong(c[i]);
                }
                byte[] copy =
                        new String(image.clone(), StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1);
                md5.update(copy);
                crc.update(copy);
                nulls += dereference(new Box(round % 3 == 0 ? null : "word"));
            }
            md5.update(ByteBuffer.allocate(16)
                    .putLong(crc.getValue())
                    .putLong(nulls)
                    .flip());
            return md5.digest();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void step(double[] a, float[] b, long[] c) {
        for (int i = 0; i < WIDTH; i++) {
            a[i] = a[i] * 1.000001 + Math.sqrt(a[i]) * 0.25;
            a[i] = a[i] > 2 ? a[i] - 2 : a[i];
        }
        for (int i = 0; i < WIDTH; i++) {
            b[i] = b[i] * 0.75f + 0.3f;
        }
        for (int i = 0; i < WIDTH; i++) {
            c[i] = (c[i] << 7 ^ c[i] >>> 9) + 0x5DEECE66DL;
        }
    }

    /// In compiled code a null dereference is a signal.
    @SuppressWarnings("NullAway")
    private static int dereference(Box box) {
        try {
            return box.word().length();
        } catch (NullPointerException e) {
            return 1000;
        }
    }
}
