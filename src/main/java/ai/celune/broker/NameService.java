package ai.celune.broker;

import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** What this machine's resolver says; it may take its time, half a minute and more. */
@ApplicationScoped
class NameService {
    List<InetAddress> addresses(String host) throws UnknownHostException {
        return List.of(InetAddress.getAllByName(host));
    }
}
