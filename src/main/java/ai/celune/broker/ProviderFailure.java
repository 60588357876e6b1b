package ai.celune.broker;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What went wrong with a provider once it had the credential. Messages of libraries quote what a peer sent, also in hex or in capitals, and a provider
 * may have sent the credential back (case 17): only the kinds of the failure and the place are kept.
 */
final class ProviderFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ProviderFailure(Throwable failure) {
        super(Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(5)
                .map(cause -> cause.getClass().getName())
                .collect(Collectors.joining(" by ")));
        setStackTrace(failure.getStackTrace());
    }
}
