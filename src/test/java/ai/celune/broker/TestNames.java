package ai.celune.broker;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The resolver of the service under test: the machine's own, but for names that a test tells of. */
@Alternative
@Priority(1)
@ApplicationScoped
class TestNames extends NameService {
    /** What a test lets a name resolve to, each time anew. */
    interface Answer {
        List<InetAddress> get() throws UnknownHostException;
    }

    private final Map<String, Answer> answers = new ConcurrentHashMap<>();

    void tell(String host, Answer answer) {
        answers.put(host, answer);
    }

    /** Addresses in their literal form. */
    void tell(String host, String... addresses) {
        List<InetAddress> all =
                List.of(addresses).stream().map(InetAddress::ofLiteral).toList();
        tell(host, () -> all);
    }

    @Override
    List<InetAddress> addresses(String host) throws UnknownHostException {
        Answer told = answers.get(host);
        return told == null ? super.addresses(host) : told.get();
    }
}
