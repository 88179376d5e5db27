package io.muster.control;

import io.muster.core.MalformedMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/// Cuts the octets of a stream into frames and passes each on. Damage ends the connection: after it, no boundary
/// can be trusted.
final class FrameDecoder extends ChannelInboundHandlerAdapter {
    private final int maxPayload;
    private final byte[] prefix = new byte[Frame.PREFIX];
    private int prefixFilled;
    private byte @Nullable [] body;
    private int bodyFilled;
    private boolean damaged;

    FrameDecoder(int maxPayload) {
        this.maxPayload = maxPayload;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf octets = (ByteBuf) message;
        try {
            while (octets.isReadable() && !damaged) {
                Frame frame = take(octets);
                if (frame != null) {
                    context.fireChannelRead(frame);
                }
            }
        } catch (MalformedMessage e) {
            damaged = true;
            context.fireExceptionCaught(e);
        } finally {
            octets.release();
        }
    }

    private @Nullable Frame take(ByteBuf octets) throws MalformedMessage {
        byte[] into = body;
        if (into == null) {
            int count = Math.min(octets.readableBytes(), Frame.PREFIX - prefixFilled);
            octets.readBytes(prefix, prefixFilled, count);
            prefixFilled += count;
            if (prefixFilled < Frame.PREFIX) {
                return null;
            }
            long length = new io.muster.wire.Input(prefix).u32();
            into = new byte[Frame.checkLength(length, maxPayload)];
            body = into;
            bodyFilled = 0;
        }
        int count = Math.min(octets.readableBytes(), into.length - bodyFilled);
        octets.readBytes(into, bodyFilled, count);
        bodyFilled += count;
        if (bodyFilled < into.length) {
            return null;
        }
        body = null;
        prefixFilled = 0;
        return Frame.decode(into);
    }
}
