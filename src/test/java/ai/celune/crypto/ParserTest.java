package ai.celune.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Fuzz;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sealed values, secrets in JSON and the keyring's file: a damaged one is refused, and by the exception that callers expect. */
class ParserTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final UUID WORKSPACE = UUID.fromString("0190a5b2-3c4d-7e6f-8a9b-0c1d2e3f4a5b");
    private static final UUID SHREDDED = UUID.fromString("0190a5b2-3c4d-7e6f-8a9b-ffffffffffff");

    @Test
    void aSealedTextHasOneSpelling() {
        SealedText parsed = SealedText.parse("ring", "ring:v120:AQ==").orElseThrow();
        assertEquals(120, parsed.keyVersion());
        assertArrayEquals(new byte[] {1}, parsed.body());
        assertEquals(
                999_999_999,
                SealedText.parse("vault", "vault:v999999999:AQID").orElseThrow().keyVersion());
        for (String other : List.of(
                "",
                "ring",
                "vault:v1:AQ==",
                "Ring:v1:AQ==",
                "ring:1:AQ==",
                "ring:v:AQ==",
                "ring:v0:AQ==",
                "ring:v01:AQ==",
                "ring:v-1:AQ==",
                "ring:v1000000000:AQ==",
                "ring:v1:",
                "ring:v1:AQ",
                "ring:v1:AQ=",
                "ring:v1:AQ===",
                "ring:v1:AR==",
                "ring:v1:A",
                "ring:v1:AQ-_",
                "ring:v1:AQ==\n",
                " ring:v1:AQ==",
                "ring:v1:AQ==:AQ==")) {
            assertTrue(SealedText.parse("ring", other).isEmpty(), other);
        }
    }

    @Test
    void aChangedSealedTextIsRefusedOrSaysWhatStandsInIt() {
        String valid = "vault:v12:" + Base64.getEncoder().encodeToString(new byte[61]);
        Fuzz.rounds(5_000, fuzz -> {
            String text = fuzz.like(valid);
            SealedText.parse("vault", text)
                    .ifPresent(parsed -> assertEquals(
                            text,
                            "vault:v" + parsed.keyVersion() + ":"
                                    + Base64.getEncoder().encodeToString(parsed.body())));
        });
    }

    @Test
    void aChangedSealedValueDoesNotOpen(@TempDir Path folder) {
        Keyring keyring = new Keyring(folder.resolve("keyring.json"), new SecureRandom());
        keyring.createKey(WORKSPACE);
        Binding binding = new Binding(WORKSPACE, SHREDDED, "provider-key", 1);
        String sealed = keyring.seal(binding, "sk-0123456789".getBytes(UTF_8));
        Fuzz.rounds(500, fuzz -> {
            String text = fuzz.like(sealed);
            try (Secret opened = keyring.open(binding, text)) {
                assertEquals(sealed, text);
                assertEquals("sk-0123456789", new String(opened.bytes(), UTF_8));
            } catch (SecretIntegrityException _) {
                assertNotEquals(sealed, text);
            }
        });
    }

    @Test
    void aSecretInJsonIsReadAsItIsOrRefusedWithoutQuotingIt() {
        Fuzz.rounds(5_000, fuzz -> {
            String document = fuzz.like("{\"name\":\"n\",\"key\":\"sk-canary\\u00e9\\ud83d\\ude00\\\\/\"}");
            try {
                SecretTest.Request read = JSON.readValue(document, SecretTest.Request.class);
                if (read != null && read.key() != null) {
                    String expected = JSON.readTree(document).get("key").textValue();
                    assertEquals(expected, new String(read.key().bytes(), UTF_8));
                }
            } catch (JsonMappingException refused) {
                assertTrue(refused.getPath().isEmpty()
                        || !"key".equals(refused.getPath().getLast().getFieldName())
                        || !String.valueOf(refused.getOriginalMessage()).contains("canary"));
            } catch (JsonProcessingException _) {
                // No JSON.
            }
        });
    }

    @Test
    void aKeyringFileIsReadBackAsItWasWritten(@TempDir Path folder) throws IOException {
        KeyringFile file = new KeyringFile(folder.resolve("keyring.json"));
        file.write(content());
        assertEquals(described(content()), described(file.read()));
    }

    /** Each would lose keys, or make values that nobody can open again. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{\"format\":1,\"master\":M}",
                "{\"format\":1,\"master\":M,\"workspaces\":null}",
                "{\"format\":1,\"master\":M,\"workspaces\":[]}",
                "{\"format\":2,\"master\":M,\"workspaces\":{}}",
                "{\"format\":1,\"workspaces\":{}}",
                "{\"format\":1,\"master\":\"AAAA\",\"workspaces\":{}}",
                "{\"format\":1,\"master\":7,\"workspaces\":{}}",
                "{\"format\":1,\"master\":M,\"workspaces\":{}} x",
                "{\"format\":1,\"master\":M,\"workspaces\":{},\"workspaces\":{}}",
                "{\"format\":1,\"master\":M,\"workspaces\":{\"W\":{}}}",
                "{\"format\":1,\"master\":M,\"workspaces\":{\"W\":{\"secrets\":{}}}}",
                "{\"format\":1,\"master\":M,\"workspaces\":{\"W\":{\"secrets\":{\"0\":M}}}}",
                "{\"format\":1,\"master\":M,\"workspaces\":{\"W\":{\"secrets\":{\"-1\":M}}}}",
                "{\"format\":1,\"master\":M,\"workspaces\":{\"W\":{\"secrets\":{\"+1\":M}}}}",
                "{\"format\":1,\"master\":M,\"workspaces\":{\"W\":{\"secrets\":{\"1000000000\":M}}}}",
                "{\"format\":1,\"master\":M,\"workspaces\":{\"W\":{\"secrets\":{\"x\":M}}}}",
                "{\"format\":1,\"master\":M,\"workspaces\":{\"W\":{\"secrets\":{\"1\":M,\"1\":M}}}}",
                "{\"format\":1,\"master\":M,\"workspaces\":{\"W\":{\"secrets\":{\"1\":\"AAAA\"}}}}",
                "{\"format\":1,\"master\":M,\"workspaces\":{\"W\":{\"secrets\":{\"1\":M},\"shredded\":true}}}",
                "{\"format\":1,\"master\":M,\"workspaces\":{\"1-1-1-1-1\":{\"shredded\":true}}}",
                "{\"format\":1,\"master\":M,\"workspaces\":{\"x\":{\"shredded\":true}}}"
            })
    void aFileThatSaysSomethingElseIsRefused(String text, @TempDir Path folder) throws IOException {
        String key = '"' + Base64.getEncoder().encodeToString(new byte[32]) + '"';
        Path path = folder.resolve("keyring.json");
        write(path, text.replace("M", key).replace("\"W\"", "\"" + WORKSPACE + "\""));
        assertThrows(IOException.class, new KeyringFile(path)::read);
    }

    @Test
    void aChangedKeyringFileIsRefusedOrReadBackAsItStands(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("keyring.json");
        KeyringFile file = new KeyringFile(path);
        file.write(content());
        String valid = Files.readString(path);
        Path again = folder.resolve("again.json");
        Fuzz.rounds(150, fuzz -> {
            write(path, fuzz.like(valid));
            try {
                KeyringFile.Content read = file.read();
                KeyringFile copy = new KeyringFile(again);
                copy.write(read);
                assertEquals(described(read), described(copy.read()));
                assertEquals(2, read.workspaces.size());
            } catch (IOException _) {
                // What a damaged file is to be.
            }
        });
    }

    private static void write(Path path, String text) throws IOException {
        Files.write(path, text.getBytes(UTF_8));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    }

    private static KeyringFile.Content content() {
        KeyringFile.Content content = new KeyringFile.Content(Digest.sha256());
        content.workspaces.put(WORKSPACE, new TreeMap<>(Map.of(1, Digest.sha256(new byte[1]), 12, new byte[32])));
        content.workspaces.put(SHREDDED, new TreeMap<>());
        return content;
    }

    private static String described(KeyringFile.Content content) {
        StringBuilder text = new StringBuilder(Base64.getEncoder().encodeToString(content.master));
        content.workspaces.forEach((id, secrets) -> {
            text.append('\n').append(id);
            secrets.forEach((version, secret) -> text.append(' ')
                    .append(version)
                    .append('=')
                    .append(Base64.getEncoder().encodeToString(secret)));
        });
        return text.toString();
    }
}
