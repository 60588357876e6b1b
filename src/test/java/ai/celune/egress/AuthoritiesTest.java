package ai.celune.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.ServerCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator's authorities come on top of the JDK's; a file without any stops the start. */
class AuthoritiesTest {
    @TempDir
    Path folder;

    @Test
    void theOperatorsAuthorityIsAddedToTheJdks() {
        X509TrustManager trust = (X509TrustManager)
                Authorities.with(ServerCertificate.create("own.test").pem());
        assertEquals(
                1,
                Stream.of(trust.getAcceptedIssuers())
                        .filter(issuer ->
                                issuer.getSubjectX500Principal().getName().equals("CN=own.test"))
                        .count());
        assertTrue(trust.getAcceptedIssuers().length > 50, "the JDK's are missing");
    }

    @Test
    void aFileWithoutCertificatesIsRefusedByTheNameOfTheProperty() throws IOException {
        for (Path useless : new Path[] {
            folder.resolve("absent.pem"),
            Files.createFile(folder.resolve("empty.pem")),
            Files.writeString(folder.resolve("text.pem"), "no certificate")
        }) {
            Throwable refusal = assertThrows(IllegalStateException.class, () -> Authorities.with(useless));
            assertTrue(String.valueOf(refusal.getMessage()).startsWith("celune.egress.authorities"));
        }
    }
}
