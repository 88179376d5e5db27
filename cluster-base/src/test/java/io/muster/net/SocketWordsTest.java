package io.muster.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/// What the kernel really says through Netty, in the words of errno(3) and nothing else.
class SocketWordsTest {
    @Test
    void callAndNumberGoTheWordsStay() {
        assertEquals(
                "Invalid argument",
                SocketWords.of(
                        new IOException("connect(..) failed with error(-22): Invalid argument: /192.0.2.1:5405")));
        assertEquals(
                "Address already in use",
                SocketWords.of(new IOException("bind(..) failed with error(-98): Address already in use")));
        assertEquals("No such file or directory", SocketWords.of(new FileNotFoundException()));
        assertEquals("what we say ourselves: /x", SocketWords.of(new IOException("what we say ourselves: /x")));
        assertEquals("IOException", SocketWords.of(new IOException()));
    }

    /// A socket of 127/8 can't be connected to an address of the network: EINVAL.
    @Test
    void connectingFromLoopbackIsRefusedInWords() {
        var group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            var connect = new Bootstrap()
                    .group(group)
                    .channel(EpollDatagramChannel.class)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(new InetSocketAddress("192.0.2.1", 5405), new InetSocketAddress("127.0.0.1", 0));
            var why = assertThrows(Exception.class, connect::sync);
            String words = SocketWords.of(why);
            assertFalse(words.contains("error("), words);
            assertFalse(words.contains("192.0.2.1"), words);
            assertFalse(words.contains("(.."), words);
        } finally {
            group.shutdownGracefully();
        }
    }
}
