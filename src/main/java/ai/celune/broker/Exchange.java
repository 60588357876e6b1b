package ai.celune.broker;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.HttpClientRequest;

/**
 * One call's time on a connection to a provider, which calls use one after the other: from its head, which gets the credential here, to the end of the
 * answer.
 *
 * <p>Vert.x closes the connection of a request that is reset, also when the answer has come whole and the connection is another call's by then (their
 * issue 6294). Whose it is can be known on its own event loop only, before Vert.x hears of the end; so this handler stands there.
 */
final class Exchange extends ChannelDuplexHandler {
    private static final String BEFORE = "handler";
    private static final String NAME = "celune.exchange";

    private final Channel channel;
    private final HttpClientRequest request;
    private final Injection injection;
    private boolean interim;
    private boolean answered;

    private Exchange(HttpClientRequest request, Injection injection) {
        this.request = request;
        this.injection = injection;
        channel = Connections.channel(request.connection());
    }

    /** Begins with a request that nothing of is sent yet. */
    static Exchange begin(HttpClientRequest request, Injection injection) {
        Exchange exchange = new Exchange(request, injection);
        exchange.channel.pipeline().addBefore(BEFORE, NAME, exchange);
        return exchange;
    }

    /**
     * Ends it early: the provider sees the connection closed, unless the exchange is over and the connection may be another's.
     *
     * @param uploaded whether the request was sent whole
     */
    void abandon(boolean uploaded) {
        channel.eventLoop().execute(() -> {
            if (!answered || !uploaded) {
                var _ = request.reset();
            }
        });
    }

    boolean isFull() {
        return request.writeQueueFull();
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (!(message instanceof HttpRequest head)) {
            var _ = context.write(message, promise);
        } else if (!injection.writeWith(context, head, () -> {
            var _ = context.write(message, promise);
        })) {
            promise.tryFailure(new IllegalStateException("the call ended before its head was written"));
            var _ = context.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpResponse head) {
            interim = head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        }
        if (message instanceof LastHttpContent && !interim) {
            answered = true;
            context.pipeline().remove(this);
        }
        var _ = context.fireChannelRead(message);
    }
}
