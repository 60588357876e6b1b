package ai.celune.crypto;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The keyring on disk: {@code {"format":1,"master":…,"workspaces":{id:{"secrets":{version:…}} or {"shredded":true}}}}. A new content replaces the old
 * one by rename, so that a crash leaves one or the other, whole. The lock lies beside it, because a lock on a file that is replaced protects nothing.
 */
final class KeyringFile {
    private static final int FORMAT = 1;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,8}");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Path path;

    KeyringFile(Path path) {
        this.path = path.toAbsolutePath();
    }

    /** What one version of the file holds. Mutable; one owner. A workspace without secrets is shredded. */
    static final class Content {
        final byte[] master;
        final Map<UUID, SortedMap<Integer, byte[]>> workspaces = new TreeMap<>();

        Content(byte[] master) {
            this.master = master;
        }

        SortedMap<Integer, byte[]> secrets(UUID workspace) {
            SortedMap<Integer, byte[]> secrets = workspaces.get(workspace);
            if (secrets == null) {
                throw new SecretKeyMissingException();
            }
            if (secrets.isEmpty()) {
                throw new SecretShreddedException();
            }
            return secrets;
        }

        void wipe() {
            Arrays.fill(master, (byte) 0);
            workspaces.values().forEach(Content::wipe);
        }

        static void wipe(SortedMap<Integer, byte[]> secrets) {
            secrets.values().forEach(secret -> Arrays.fill(secret, (byte) 0));
        }
    }

    /** Tells one version of the file from the next. */
    record Stamp(@Nullable Object file, FileTime modified, long size) {}

    Stamp stamp() throws IOException {
        BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
        return new Stamp(now.fileKey(), now.lastModifiedTime(), now.size());
    }

    boolean exists() {
        return Files.exists(path);
    }

    /** The only writer until the result is closed; waits for another process to finish. */
    Closeable lock() throws IOException {
        Path parent = path.getParent();
        if (parent != null) {
            Files.createDirectories(
                    parent, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        FileChannel channel = FileChannel.open(
                path.resolveSibling(path.getFileName() + ".lock"),
                Set.of(CREATE, WRITE),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        try {
            FileLock lock = channel.lock();
            return () -> {
                lock.release();
                channel.close();
            };
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    Content read() throws IOException {
        if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(path))) {
            throw new IllegalStateException("celune.keyring.file must be readable by its owner only (mode 0600)");
        }
        try {
            return parse(JSON.readTree(Files.readAllBytes(path)));
        } catch (JsonProcessingException | IllegalArgumentException _) {
            // Without the cause: a parser's message may quote what it could not read, and here that is key material.
            throw new IOException("keyring file that cannot be parsed");
        }
    }

    private static Content parse(JsonNode root) throws IOException {
        JsonNode workspaces = root.path("workspaces");
        if (root.path("format").asInt() != FORMAT || !workspaces.isObject()) {
            throw new IOException("keyring file of an unknown format");
        }
        Content content = new Content(key(root.path("master")));
        for (Map.Entry<String, JsonNode> workspace : workspaces.properties()) {
            SortedMap<Integer, byte[]> secrets = new TreeMap<>();
            for (Map.Entry<String, JsonNode> secret :
                    workspace.getValue().path("secrets").properties()) {
                secrets.put(version(secret.getKey()), key(secret.getValue()));
            }
            if (secrets.isEmpty() != workspace.getValue().path("shredded").asBoolean()) {
                throw new IOException(
                        "keyring file with a workspace that neither has secrets nor is shredded, or both");
            }
            content.workspaces.put(id(workspace.getKey()), secrets);
        }
        return content;
    }

    void write(Content content) throws IOException {
        ObjectNode root = JSON.createObjectNode().put("format", FORMAT).put("master", content.master);
        ObjectNode workspaces = root.putObject("workspaces");
        content.workspaces.forEach((id, secrets) -> {
            ObjectNode workspace = workspaces.putObject(id.toString());
            if (secrets.isEmpty()) {
                workspace.put("shredded", true);
            } else {
                ObjectNode versions = workspace.putObject("secrets");
                secrets.forEach((version, secret) -> versions.put(version.toString(), secret));
            }
        });
        replace(JSON.writeValueAsBytes(root));
    }

    private void replace(byte[] bytes) throws IOException {
        Path next = path.resolveSibling(path.getFileName() + ".new");
        Files.deleteIfExists(next);
        try (FileChannel channel =
                FileChannel.open(next, Set.of(CREATE_NEW, WRITE), PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
        Files.move(next, path, ATOMIC_MOVE);
        Path parent = path.getParent();
        if (parent != null) {
            // The rename itself is durable only once the directory is.
            try (FileChannel directory = FileChannel.open(parent, READ)) {
                directory.force(true);
            }
        }
    }

    /** A version as {@link SealedText} writes it: one that it cannot read back would seal what nobody opens. */
    private static int version(String text) throws IOException {
        if (!VERSION.matcher(text).matches()) {
            throw new IOException("keyring file with a key version that is no version");
        }
        return Integer.parseInt(text);
    }

    private static UUID id(String text) throws IOException {
        UUID id = UUID.fromString(text);
        if (!id.toString().equals(text)) {
            throw new IOException("keyring file with a workspace id in an unusual form");
        }
        return id;
    }

    private static byte[] key(JsonNode node) throws IOException {
        byte[] key = node.binaryValue();
        if (key == null || key.length != Digest.LENGTH) {
            throw new IOException("keyring file with a key that is not 32 bytes");
        }
        return key;
    }
}
