package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.StandIn;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FilePurpose;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Vectors and files pass the broker byte for byte under the official SDKs. */
@QuarkusTest
class SdkFilesTest extends WithSdks {
    private static final int MEBIBYTE = 1024 * 1024;

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(42).nextBytes(bytes);
        return bytes;
    }

    private void hands(byte[] content) {
        provider.does((exchange, call) -> {
            exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
        });
    }

    /** One part of the form holds exactly these bytes, and the form is whole. */
    private static void assertFormHolds(byte[] content, StandIn.Call call) {
        String type = call.header("Content-Type");
        assertTrue(type.startsWith("multipart/form-data"), type);
        String boundary = "\r\n--" + type.substring(type.indexOf("boundary=") + "boundary=".length());
        String text = new String(content, StandardCharsets.ISO_8859_1);
        assertTrue(call.bytes().contains("\r\n\r\n" + text + boundary), "the part");
        assertTrue(call.bytes().endsWith(boundary + "--\r\n"), "the end");
    }

    @Test
    void openaiReadsAVectorAsTheProviderWroteIt() {
        provider.does((exchange, call) -> Provider.send(exchange, 200, """
                {"object":"list","model":"m","data":[{"object":"embedding","index":0,\
                "embedding":[0.0023064255,-1.0E-9,3.4028235E38,-0.5]}],"usage":{"prompt_tokens":1,"total_tokens":1}}"""));
        var answer = openai().build()
                .embeddings()
                .create(EmbeddingCreateParams.builder().model("m").input("hi").build());
        assertEquals(
                List.of(0.0023064255f, -1.0E-9f, 3.4028235E38f, -0.5f),
                answer.data().getFirst().embedding());
        assertEquals("/v1/embeddings", provider.call().target());
    }

    @Test
    void openaiSendsAFileByteForByte() {
        provider.does((exchange, call) -> Provider.send(exchange, 200, """
                {"id":"file-1","object":"file","bytes":1,"created_at":1,"filename":"x.bin","purpose":"user_data",\
                "status":"processed"}"""));
        byte[] content = random(MEBIBYTE / 2);
        var file = openai().build()
                .files()
                .create(FileCreateParams.builder()
                        .purpose(FilePurpose.USER_DATA)
                        .file(com.openai.core.MultipartField.<InputStream>builder()
                                .value(new ByteArrayInputStream(content))
                                .filename("x.bin")
                                .build())
                        .build());
        assertEquals("file-1", file.id());
        assertEquals("/v1/files", provider.call().target());
        assertTrue(provider.call().bytes().contains("filename=\"x.bin\""));
        assertFormHolds(content, provider.call());
    }

    @Test
    void openaiGetsAFileByteForByte() throws Exception {
        byte[] content = random(MEBIBYTE);
        hands(content);
        try (var answer = openai().build().files().content("file-1")) {
            assertArrayEquals(content, answer.body().readAllBytes());
        }
        assertEquals("/v1/files/file-1/content", provider.call().target());
    }

    @Test
    void anthropicSendsAFileByteForByte() {
        provider.does((exchange, call) -> Provider.send(exchange, 200, """
                {"id":"file_1","type":"file","size_bytes":1,"created_at":"2026-01-01T00:00:00Z","filename":"x.bin",\
                "mime_type":"application/octet-stream"}"""));
        byte[] content = random(MEBIBYTE / 2);
        var file = anthropic()
                .build()
                .beta()
                .files()
                .upload(com.anthropic.models.beta.files.FileUploadParams.builder()
                        .file(com.anthropic.core.MultipartField.<InputStream>builder()
                                .value(new ByteArrayInputStream(content))
                                .filename("x.bin")
                                .build())
                        .build());
        assertEquals("file_1", file.id());
        assertTrue(provider.call().header("anthropic-beta").contains("files-api"));
        assertTrue(provider.call().bytes().contains("filename=\"x.bin\""));
        assertFormHolds(content, provider.call());
    }

    @Test
    void anthropicGetsAFileByteForByte() throws Exception {
        byte[] content = random(MEBIBYTE);
        hands(content);
        try (var answer = anthropic().build().beta().files().download("file_1")) {
            assertArrayEquals(content, answer.body().readAllBytes());
        }
        assertTrue(provider.call().target().startsWith("/v1/files/file_1/content"));
    }
}
