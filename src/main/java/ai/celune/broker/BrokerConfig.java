package ai.celune.broker;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Bounds of one call through the broker. */
@ConfigMapping(prefix = "celune.broker.call")
public interface BrokerConfig {
    /** For the look-up of the provider's name, and for a connection to one of its addresses, TLS included. */
    @WithDefault("5s")
    Duration connectTimeout();

    /** From the end of the request to the head of the answer; slow calls that do not stream take minutes. */
    @WithDefault("10m")
    Duration firstByteTimeout();

    /** Between two pieces of the request, and between two pieces of the answer. */
    @WithDefault("60s")
    Duration idleTimeout();

    /** For the whole call, however busy it is. */
    @WithDefault("15m")
    Duration deadline();

    /** Bytes of a request body; {@code quarkus.http.limits.max-body-size} must not be smaller. */
    @WithDefault("33554432")
    long maxRequestBody();

    /** Bytes of a JSON body that are read before a key is chosen: a longer one names no model that rules can see, and is not sent again with another key. */
    @WithDefault("262144")
    int readAhead();

    /** Bytes that all calls together hold of these; beyond it calls are refused for a moment. */
    @WithDefault("67108864")
    long readAheadTotal();

    /** Bytes of an answer's body. */
    @WithDefault("67108864")
    long maxAnswerBody();

    /** Bytes of an answer's headers. */
    @WithDefault("32768")
    int maxAnswerHeaders();

    /** Calls open at once with one credential. */
    @WithDefault("64")
    int openStreams();

    /** Connections to one address of a provider. */
    @WithDefault("512")
    int connections();
}
