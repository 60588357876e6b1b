package ai.celune.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A server's key with a certificate that only itself has signed, made by the JDK's own keytool. */
public final class ServerCertificate {
    private static final String PASSWORD = "changeit";

    private final Path folder;

    private ServerCertificate(Path folder) {
        this.folder = folder;
    }

    /** A new one for these host names. */
    public static ServerCertificate create(String... hosts) {
        try {
            ServerCertificate created = in(Files.createTempDirectory("celune-tls"));
            keytool(
                    created,
                    "-genkeypair",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=" + hosts[0],
                    "-ext",
                    "san=" + Arrays.stream(hosts).map(host -> "dns:" + host).collect(Collectors.joining(",")));
            keytool(created, "-exportcert", "-rfc", "-file", created.pem().toString());
            return created;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One that was created before, perhaps in another class loader. */
    public static ServerCertificate in(Path folder) {
        return new ServerCertificate(folder);
    }

    public Path folder() {
        return folder;
    }

    /** What somebody trusts who trusts this server. */
    public Path pem() {
        return folder.resolve("certificate.pem");
    }

    /** Its key in PKCS #8, for servers that read PEM files. */
    public Path keyPem() {
        Path file = folder.resolve("key.pem");
        try (InputStream in = Files.newInputStream(keyStore())) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD.toCharArray());
            String encoded = Base64.getMimeEncoder(64, new byte[] {'\n'})
                    .encodeToString(
                            store.getKey("server", PASSWORD.toCharArray()).getEncoded());
            return Files.writeString(
                    file, "-----BEGIN PRIVATE " + "KEY-----\n" + encoded + "\n-----END PRIVATE " + "KEY-----\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For the server itself. */
    public SSLContext context() {
        try (InputStream in = Files.newInputStream(keyStore())) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD.toCharArray());
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, PASSWORD.toCharArray());
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(keys.getKeyManagers(), null, null);
            return tls;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path keyStore() {
        return folder.resolve("keys.p12");
    }

    private static void keytool(ServerCertificate of, String... arguments) throws IOException {
        ProcessBuilder keytool = new ProcessBuilder(arguments).inheritIO();
        keytool.command()
                .addFirst(Path.of(System.getProperty("java.home"), "bin", "keytool")
                        .toString());
        keytool.command()
                .addAll(List.of("-alias", "server", "-keystore", of.keyStore().toString(), "-storepass", PASSWORD));
        try {
            if (keytool.start().waitFor() != 0) {
                throw new IllegalStateException("keytool failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
