package ai.celune.broker;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;

/** The two things about connections that Vert.x has no public method for. */
final class Connections {
    private static final long HTTP2_CANCEL = 8;

    private Connections() {}

    static Channel channel(HttpConnection connection) {
        return ((ConnectionBase) connection).channel();
    }

    /**
     * Breaks the answer off at once, so that the caller sees a broken stream and nothing that is still queued: by HTTP/2 the one stream is reset,
     * otherwise the connection.
     */
    static void breakOff(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().reset(HTTP2_CANCEL);
            return;
        }
        Channel channel = channel(request.connection());
        if (channel.isOpen()) {
            discardUnsent(channel);
            var _ = channel.close();
        }
    }

    private static void discardUnsent(Channel channel) {
        try {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        } catch (ChannelException _) {
            // The caller has just closed it: there is nothing to discard.
        }
    }
}
