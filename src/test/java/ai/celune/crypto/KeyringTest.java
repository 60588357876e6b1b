package ai.celune.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyringTest extends SealerContractTest {
    private static final byte[] VALUE = "a provider key of some length".getBytes(UTF_8);

    @TempDir
    Path folder = Path.of("");

    private Path file;
    private Keyring keyring;

    @BeforeEach
    @Override
    void newWorkspace() {
        file = folder.resolve("data").resolve("keyring.json");
        keyring = new Keyring(file, new SecureRandom());
        super.newWorkspace();
    }

    @Override
    protected Sealer sealer() {
        return keyring;
    }

    @Override
    protected Class<? extends RuntimeException> afterShred() {
        return SecretShreddedException.class;
    }

    @Test
    void onlyTheOwnerCanReadTheFile() throws IOException {
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void refusesAFileThatOthersCanRead() throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThrows(IllegalStateException.class, () -> new Keyring(file, new SecureRandom()));
    }

    @Test
    void opensAfterARestart() {
        Binding binding = created();
        String sealed = keyring.seal(binding, VALUE);
        try (Secret opened = new Keyring(file, new SecureRandom()).open(binding, sealed)) {
            assertArrayEquals(VALUE, opened.bytes());
        }
    }

    @Test
    void aSecondProcessSeesRotationAndShredding() {
        Keyring other = new Keyring(file, new SecureRandom());
        Binding binding = created();
        keyring.rotateKey(binding.workspace());
        String sealed = keyring.seal(binding, VALUE);
        other.open(binding, sealed).close();
        keyring.shred(binding.workspace());
        assertThrows(SecretShreddedException.class, () -> other.open(binding, sealed));
        assertThrows(SecretShreddedException.class, () -> other.createKey(binding.workspace()));
    }

    @Test
    void shreddingRemovesTheKeyMaterialFromTheFile() throws IOException {
        long before = Files.size(file);
        Binding binding = created();
        keyring.rotateKey(binding.workspace());
        keyring.shred(binding.workspace());
        String content = Files.readString(file);
        assertEquals(
                before
                        + ",\"%s\":{\"shredded\":true}"
                                .formatted(binding.workspace())
                                .length(),
                content.length());
        assertFalse(Files.exists(file.resolveSibling("keyring.json.new")));
    }

    @Test
    void aWorkspaceShreddedBeforeItHadAKeyNeverGetsOne() {
        UUID workspace = UUID.randomUUID();
        keyring.shred(workspace);
        assertThrows(SecretShreddedException.class, () -> keyring.createKey(workspace));
    }

    @Test
    void aLostFileIsNotReplacedByANewOne() throws IOException {
        Binding binding = created();
        Files.delete(file);
        assertThrows(SecretStoreUnavailableException.class, () -> keyring.seal(binding, VALUE));
        assertThrows(SecretStoreUnavailableException.class, () -> keyring.createKey(UUID.randomUUID()));
        assertFalse(Files.exists(file));
    }

    @Test
    void aDamagedFileIsNamedWithoutQuotingIt() throws IOException {
        Files.writeString(file, Files.readString(file).replace("\"master\":\"", "\"master\":\"!canary!"));
        SecretStoreUnavailableException refusal =
                assertThrows(SecretStoreUnavailableException.class, () -> new Keyring(file, new SecureRandom()));
        for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
            assertFalse(String.valueOf(cause.getMessage()).contains("canary"));
        }
    }

    @Test
    void unusedBitsOfTheTextAreChecked() {
        Binding binding = created();
        String sealed = keyring.seal(binding, new byte[1]);
        assertEquals('=', sealed.charAt(sealed.length() - 1));
        int last = sealed.indexOf('=') - 1;
        String changed = sealed.substring(0, last) + (char) (sealed.charAt(last) + 1) + sealed.substring(last + 1);
        assertThrows(SecretIntegrityException.class, () -> keyring.open(binding, changed));
    }

    @Test
    void keepsEveryKeyWhenManyThreadsCreateThem() throws Exception {
        List<Binding> bindings = IntStream.range(0, 40)
                .mapToObj(_ -> new Binding(UUID.randomUUID(), UUID.randomUUID(), "provider-key", 1))
                .toList();
        List<Keyring> rings = List.of(keyring, new Keyring(file, new SecureRandom()));
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<String>> work = IntStream.range(0, bindings.size())
                    .<Callable<String>>mapToObj(i -> () -> {
                        rings.get(i % 2).createKey(bindings.get(i).workspace());
                        return rings.get((i + 1) % 2).seal(bindings.get(i), VALUE);
                    })
                    .toList();
            List<Future<String>> sealed = threads.invokeAll(work);
            for (int i = 0; i < bindings.size(); i++) {
                keyring.open(bindings.get(i), sealed.get(i).get()).close();
            }
        }
    }

    private Binding created() {
        Binding binding = new Binding(UUID.randomUUID(), UUID.randomUUID(), "provider-key", 1);
        keyring.createKey(binding.workspace());
        return binding;
    }
}
