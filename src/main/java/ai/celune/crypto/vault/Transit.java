package ai.celune.crypto.vault;

import static java.nio.charset.StandardCharsets.US_ASCII;

import ai.celune.crypto.Secret;
import ai.celune.crypto.SecretKeyMissingException;
import ai.celune.crypto.SecretStoreUnavailableException;
import io.quarkus.vault.client.VaultClient;
import io.quarkus.vault.client.VaultClientException;
import io.quarkus.vault.client.common.VaultRequest;
import io.quarkus.vault.client.common.VaultResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The calls of Vault's transit engine that Celune makes, for one identity. Plaintext goes in and out as bytes: a String could not be wiped, and a JSON library
 * keeps its text buffers for the next document.
 */
final class Transit {
    private static final String INDEX = "X-Vault-Index";
    private static final List<Integer> DONE = List.of(200, 204);
    private static final List<Integer> DONE_IN_PARTS = List.of(200, 400);
    private static final long CATCHING_UP = TimeUnit.MILLISECONDS.toNanos(100);

    private final VaultClient vault;
    private final String mount;
    private final AtomicReference<@Nullable String> index;

    /** @param index the newest state of Vault that any identity has seen (Vault Enterprise): a lagging node is asked to catch up with it */
    Transit(VaultClient vault, String mount, AtomicReference<@Nullable String> index) {
        this.vault = vault;
        this.mount = mount;
        this.index = index;
    }

    /** One value of a batch. */
    record Item(byte[] context, String ciphertext) {}

    String encrypt(UUID workspace, byte[] context, byte[] plaintext) {
        byte[] body = join(
                ascii("{\"context\":\""),
                base64(context),
                ascii("\",\"plaintext\":\""),
                base64(plaintext),
                ascii("\"}"));
        try {
            return TransitAnswers.text(call(post("encrypt", workspace).body(body)), "ciphertext");
        } finally {
            Arrays.fill(body, (byte) 0);
        }
    }

    Secret decrypt(UUID workspace, byte[] context, String ciphertext) {
        byte[] body = join(
                ascii("{\"context\":\""),
                base64(context),
                ascii("\",\"ciphertext\":\""),
                ascii(ciphertext),
                ascii("\"}"));
        byte[] answer = call(post("decrypt", workspace).body(body)).getBody().orElse(new byte[0]);
        try {
            return TransitAnswers.plaintext(answer);
        } finally {
            Arrays.fill(answer, (byte) 0);
        }
    }

    /** The same values under the newest key version, in order; null for one that does not authenticate. */
    List<@Nullable String> rewrap(UUID workspace, List<Item> items) {
        List<Map<String, String>> batch = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            batch.add(Map.of(
                    "reference", Integer.toString(i),
                    "context", Base64.getEncoder().encodeToString(items.get(i).context()),
                    "ciphertext", items.get(i).ciphertext()));
        }
        // A batch with one bad item answers 400 and carries the good ones.
        return call(
                post("rewrap", workspace).body(Map.of("batch_input", batch)).expectedStatusCodes(DONE_IN_PARTS),
                answer -> TransitAnswers.results(answer, items.size()));
    }

    /**
     * Makes the key of a workspace; does nothing when it exists. Without {@code auto_rotate_period}: Celune rotates by its own schedule, which is in the audit log and
     * re-wraps; a version that Vault adds by itself would leave everything under the older ones with nobody knowing.
     */
    void create(UUID workspace) {
        call(request(VaultRequest.Method.POST, "create key", "keys", workspace, null)
                .body(Map.of(
                        "type", "aes256-gcm96",
                        "derived", true,
                        "exportable", false,
                        "allow_plaintext_backup", false))
                .expectedStatusCodes(DONE));
    }

    boolean exists(UUID workspace) {
        try {
            send(request(VaultRequest.Method.GET, "read key", "keys", workspace, null)
                    .expectedStatusCodes(DONE));
            return true;
        } catch (SecretKeyMissingException _) {
            return false;
        }
    }

    void rotate(UUID workspace) {
        call(request(VaultRequest.Method.POST, "rotate key", "keys", workspace, "rotate")
                .expectedStatusCodes(DONE));
    }

    int newestVersion(UUID workspace) {
        return call(
                request(VaultRequest.Method.GET, "read key", "keys", workspace, null)
                        .expectedStatusCodes(DONE),
                answer -> TransitAnswers.number(answer, "latest_version"));
    }

    /** Older versions stay in Vault's storage, where an operator can allow them again; nobody opens by them meanwhile. */
    void raiseMinimum(UUID workspace, int version) {
        call(request(VaultRequest.Method.POST, "raise minimum", "keys", workspace, "config")
                .body(Map.of("min_decryption_version", version))
                .expectedStatusCodes(DONE));
    }

    /** Destroys the key with all its versions. */
    void delete(UUID workspace) {
        call(request(VaultRequest.Method.POST, "allow deletion", "keys", workspace, "config")
                .body(Map.of("deletion_allowed", true))
                .expectedStatusCodes(DONE));
        call(request(VaultRequest.Method.DELETE, "delete key", "keys", workspace, null)
                .expectedStatusCodes(DONE));
    }

    private VaultRequest.Builder<Void> post(String operation, UUID workspace) {
        return request(VaultRequest.Method.POST, operation, operation, workspace, null)
                .expectedStatusCodes(List.of(200));
    }

    private VaultRequest.Builder<Void> request(
            VaultRequest.Method method, String name, String group, UUID workspace, @Nullable String verb) {
        String path = mount + "/" + group + "/ws-" + workspace + (verb == null ? "" : "/" + verb);
        return VaultRequest.<Void>request(name, method).path(path);
    }

    /** Once more when the node that answered may not have heard of the key yet. */
    private <T> T call(VaultRequest.Builder<Void> request, Function<VaultResponse<Void>, T> reader) {
        try {
            return reader.apply(send(request));
        } catch (SecretKeyMissingException _) {
            LockSupport.parkNanos(CATCHING_UP);
            String newest = index.get();
            return reader.apply(send(newest == null ? request : request.header(INDEX, newest)));
        }
    }

    private VaultResponse<Void> call(VaultRequest.Builder<Void> request) {
        return call(request, Function.identity());
    }

    private VaultResponse<Void> send(VaultRequest.Builder<Void> request) {
        VaultRequest<Void> built = request.build();
        try {
            VaultResponse<Void> answer =
                    vault.execute(built).toCompletableFuture().join();
            answer.getHeaders().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(INDEX))
                    .forEach(header -> index.set(header.getValue()));
            return answer;
        } catch (CompletionException e) {
            throw failure(built, e.getCause());
        }
    }

    private RuntimeException failure(VaultRequest<Void> request, @Nullable Throwable cause) {
        if (!(cause instanceof VaultClientException answer) || answer.getStatus() == null) {
            return new SecretStoreUnavailableException("Vault does not answer", cause);
        }
        return switch (answer.getStatus()) {
            case 404 -> new SecretKeyMissingException();
            case 400 ->
                TransitAnswers.refusal(Optional.ofNullable(answer.getErrors()).orElse(List.of()))
                        .orElseGet(() -> unavailable(answer));
            // Vault asks for the right to create when a key to encrypt with is missing, and the runtime has none.
            case 403 ->
                request.getOperation().equals("encrypt") && !existsFor(request)
                        ? new SecretKeyMissingException()
                        : unavailable(answer);
            default -> unavailable(answer);
        };
    }

    private boolean existsFor(VaultRequest<Void> request) {
        String path = request.getPath();
        return exists(UUID.fromString(path.substring(path.length() - 36)));
    }

    /** The status says enough, and the body could hold what was sent. */
    private static SecretStoreUnavailableException unavailable(VaultClientException answer) {
        return new SecretStoreUnavailableException(
                "Vault answered " + answer.getStatus() + " to " + answer.getOperationName(), null);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    private static byte[] base64(byte[] bytes) {
        return Base64.getEncoder().encode(bytes);
    }

    private static byte[] join(byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
