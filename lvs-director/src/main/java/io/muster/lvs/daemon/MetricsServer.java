package io.muster.lvs.daemon;

import io.muster.net.IpAddress;
import io.muster.net.SocketWords;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Hands out OpenMetrics text over HTTP, one answer a connection, on a Unix socket or a port of this machine alone.
///
/// Thread: lives on a loop.
final class MetricsServer implements AutoCloseable {
    private static final int MOST_BYTES = 8192;
    private static final long PATIENCE_S = 5;

    /// Makes the text, now or later, and hands it over on the loop.
    @FunctionalInterface
    interface Source {
        void text(Consumer<String> to);
    }

    private final Channel channel;
    private final Path socket;

    private MetricsServer(Channel channel, Path socket) {
        this.channel = channel;
        this.socket = socket;
    }

    /// Where `text` points: a Unix socket's path, or `ADDRESS:PORT`.
    ///
    /// @throws IOException when it is neither
    static SocketAddress address(String text) throws IOException {
        if (text.startsWith("/")) {
            return new DomainSocketAddress(text);
        }
        int colon = text.lastIndexOf(':');
        try {
            String host = text.substring(0, Math.max(0, colon)).replaceAll("^\\[|\\]$", "");
            IpAddress address = IpAddress.parse(host)
                    .orElseThrow(() -> new IOException("metrics: \"" + text + "\" is neither a path nor ADDRESS:PORT"));
            return new InetSocketAddress(address.inet(), Integer.parseInt(text.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw new IOException("metrics: \"" + text + "\" is neither a path nor ADDRESS:PORT", e);
        }
    }

    /// A Unix socket gets mode 0660; one left by a dead lvsd is replaced. Not to be called on the loop.
    static MetricsServer open(SocketAddress address, EventLoop loop, Source source) throws IOException {
        if (!(address instanceof DomainSocketAddress local)) {
            return new MetricsServer(bind(address, loop, source, false), Path.of(""));
        }
        Path socket = Path.of(local.path());
        Files.deleteIfExists(socket);
        Channel channel = bind(address, loop, source, true);
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
        return new MetricsServer(channel, socket);
    }

    private static Channel bind(SocketAddress address, EventLoop loop, Source source, boolean local)
            throws IOException {
        var bound = new ServerBootstrap()
                .group(loop, loop)
                .channel(local ? EpollServerDomainSocketChannel.class : EpollServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel client) {
                        client.pipeline().addLast(new Conversation(source));
                        client.eventLoop().schedule(() -> client.close(), PATIENCE_S, TimeUnit.SECONDS);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException("metrics: can't bind " + address + ": " + SocketWords.of(bound.cause()));
        }
        return bound.channel();
    }

    @Override
    public void close() {
        channel.close();
        if (!socket.toString().isEmpty()) {
            try {
                Files.deleteIfExists(socket);
            } catch (IOException e) {
                // It is replaced at the next start.
                return;
            }
        }
    }

    /// One request.
    private static final class Conversation extends ChannelInboundHandlerAdapter {
        private final Source source;
        private final StringBuilder request = new StringBuilder();
        private boolean answered;

        Conversation(Source source) {
            this.source = source;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf octets = (ByteBuf) message;
            try {
                request.append(octets.toString(StandardCharsets.ISO_8859_1));
            } finally {
                octets.release();
            }
            if (answered) {
                return;
            }
            if (request.indexOf("\r\n\r\n") >= 0 || request.indexOf("\n\n") >= 0) {
                answered = true;
                answer(context);
            } else if (request.length() > MOST_BYTES) {
                context.close();
            }
        }

        private void answer(ChannelHandlerContext context) {
            String[] words = request.substring(0, request.indexOf("\n")).strip().split(" ");
            boolean head = words[0].equals("HEAD");
            // What stands behind a question mark asks for something that isn't offered, and harms nobody.
            String path = words.length < 2 ? "" : words[1].replaceFirst("[?#].*", "");
            if (path.isEmpty() || !head && !words[0].equals("GET")) {
                send(context, "405 Method Not Allowed\r\nAllow: GET, HEAD", "text/plain", "only GET and HEAD\n", head);
            } else if (!path.equals("/metrics") && !path.equals("/")) {
                send(context, "404 Not Found", "text/plain", "try /metrics\n", head);
            } else {
                source.text(text -> send(
                        context, "200 OK", "application/openmetrics-text; version=1.0.0; charset=utf-8", text, head));
            }
        }

        /// @param headOnly whether the body is only counted
        private static void send(
                ChannelHandlerContext context, String status, String type, String body, boolean headOnly) {
            byte[] octets = body.getBytes(StandardCharsets.UTF_8);
            String head = "HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\nContent-Length: " + octets.length
                    + "\r\nConnection: close\r\n\r\n";
            context.writeAndFlush(Unpooled.wrappedBuffer(
                            head.getBytes(StandardCharsets.ISO_8859_1), headOnly ? new byte[0] : octets))
                    .addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
