package ai.celune.egress;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Who vouches for a provider's certificate: the authorities of the JDK, and those that the operator adds. */
public final class Authorities {
    private Authorities() {}

    /**
     * Trust in the JDK's authorities and those of a file.
     *
     * @param file X.509 certificates in PEM form
     * @throws IllegalStateException when the file cannot be read, naming the property
     */
    public static TrustManager with(Path file) {
        try (InputStream added = Files.newInputStream(file)) {
            KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
            all.load(null, null);
            for (X509Certificate known : trustManager(null).getAcceptedIssuers()) {
                add(all, known);
            }
            Collection<? extends Certificate> own =
                    CertificateFactory.getInstance("X.509").generateCertificates(added);
            if (own.isEmpty()) {
                throw new CertificateException("there is none");
            }
            for (Certificate authority : own) {
                add(all, authority);
            }
            return trustManager(all);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("celune.egress.authorities: no certificates can be read from " + file, e);
        }
    }

    /** For a client that believes whom {@link #with} does. */
    public static SSLContext tls(Path file) {
        try {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, new TrustManager[] {with(file)}, null);
            return tls;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void add(KeyStore store, Certificate authority) throws GeneralSecurityException {
        store.setCertificateEntry("authority-" + store.size(), authority);
    }

    /** @param store null for the JDK's own */
    private static X509TrustManager trustManager(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return Stream.of(factory.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .findFirst()
                .orElseThrow();
    }
}
