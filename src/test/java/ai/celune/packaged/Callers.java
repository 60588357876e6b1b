package ai.celune.packaged;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** Calls with each of some keys over each of some replicas, again and again until closed, and what was answered. */
final class Callers implements AutoCloseable {
    /** @param begun when the call was sent, by {@link System#nanoTime()} */
    record Answer(Service replica, String keyId, long begun, String outcome) {}

    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads;
    private volatile boolean running = true;

    Callers(List<JsonNode> keys, Service... replicas) {
        threads = keys.stream()
                .flatMap(key -> Stream.of(replicas)
                        .map(replica -> Thread.ofVirtual().start(() -> callUntilClosed(replica, key))))
                .toList();
    }

    private void callUntilClosed(Service replica, JsonNode key) {
        while (running) {
            long begun = System.nanoTime();
            String outcome =
                    replica.outcome("GET", "/v1/settings", key.get("key").asText(), null);
            answers.add(new Answer(replica, key.get("id").asText(), begun, outcome));
        }
    }

    Stream<Answer> answers() {
        return answers.stream();
    }

    /** To the calls that began after that. */
    Stream<Answer> answersSince(long nanoTime) {
        return answers().filter(answer -> answer.begun > nanoTime);
    }

    /** Waits for the calls that are under way. */
    @Override
    public void close() {
        running = false;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
