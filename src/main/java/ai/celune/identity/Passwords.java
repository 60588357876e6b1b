package ai.celune.identity;

import ai.celune.crypto.Digest;
import ai.celune.crypto.Secret;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.jspecify.annotations.Nullable;

/**
 * Argon2id (RFC 9106) with 19 MiB, 2 passes, 1 lane, as PHC strings (R17). At most one hash per core runs at a time; who has waited too long
 * gets 503, so that a flood of sign-ins does not slow the rest.
 */
@ApplicationScoped
class Passwords {
    private static final int MEMORY_KIB = 19 * 1024;
    private static final int PASSES = 2;
    private static final int LANES = 1;
    private static final int SALT = 16;
    private static final int HASH = 32;
    private static final long LONGEST_WAIT_MILLIS = 3_000;
    /** More would hold the threads that other requests need. */
    private static final int MOST_WAITING = 16;

    private static final Pattern PHC = Pattern.compile(
            "\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,2}),p=(\\d{1,2})\\$([A-Za-z0-9+/]+)\\$([A-Za-z0-9+/]+)");

    private final SecureRandom random;
    private final int memoryKib;
    private final Semaphore cores = new Semaphore(Runtime.getRuntime().availableProcessors(), true);
    private final String dummy;

    @Inject
    Passwords(SecureRandom random) {
        this(random, MEMORY_KIB);
    }

    Passwords(SecureRandom random, int memoryKib) {
        this.random = random;
        this.memoryKib = memoryKib;
        byte[] nobody = new byte[HASH];
        random.nextBytes(nobody);
        this.dummy = hashNow(nobody);
    }

    String hash(Secret password) {
        return queued(() -> hashNow(password.bytes()));
    }

    /** Whether the password is the stored one; costs the same when there is none stored. */
    boolean verify(Secret password, @Nullable String stored) {
        return queued(() -> matches(password.bytes(), stored == null ? dummy : stored)) && stored != null;
    }

    /** Whether a stored hash was made with other parameters than today's. */
    boolean outdated(String stored) {
        return !stored.startsWith("$argon2id$v=19$m=%d,t=%d,p=%d$".formatted(memoryKib, PASSES, LANES));
    }

    private <T> T queued(Supplier<T> work) {
        try {
            if (cores.getQueueLength() >= MOST_WAITING
                    || !cores.tryAcquire(LONGEST_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new Problem(ErrorCode.OVERLOADED).retryAfter(5);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(ErrorCode.OVERLOADED).retryAfter(5);
        }
        try {
            return work.get();
        } finally {
            cores.release();
        }
    }

    private String hashNow(byte[] password) {
        byte[] salt = new byte[SALT];
        random.nextBytes(salt);
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        byte[] hash = derive(password, salt, memoryKib, PASSES, LANES, HASH);
        return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
                .formatted(memoryKib, PASSES, LANES, base64.encodeToString(salt), base64.encodeToString(hash));
    }

    private static boolean matches(byte[] password, String stored) {
        Matcher phc = PHC.matcher(stored);
        if (!phc.matches()) {
            throw new IllegalStateException("a stored password hash is not Argon2id");
        }
        byte[] expected = Base64.getDecoder().decode(phc.group(5));
        byte[] actual = derive(
                password,
                Base64.getDecoder().decode(phc.group(4)),
                Integer.parseInt(phc.group(1)),
                Integer.parseInt(phc.group(2)),
                Integer.parseInt(phc.group(3)),
                expected.length);
        return Digest.equal(expected, actual);
    }

    private static byte[] derive(byte[] password, byte[] salt, int memory, int passes, int lanes, int length) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withSalt(salt)
                .withMemoryAsKB(memory)
                .withIterations(passes)
                .withParallelism(lanes)
                .build());
        byte[] hash = new byte[length];
        generator.generateBytes(password, hash);
        return hash;
    }
}
