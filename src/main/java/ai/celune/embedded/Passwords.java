package ai.celune.embedded;

import ai.celune.launcher.PrivateFiles;
import ai.celune.launcher.Refusal;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;

/** Generated database passwords of one data directory, kept in a file that only its owner reads. */
public record Passwords(String superuser, String migrate, String app, String authn, String audit) {
    private static final String CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    private static final List<String> NAMES = List.of("superuser", "migrate", "app", "authn", "audit");

    /** The passwords in the file, made on first use. */
    public static Passwords loadOrCreate(Path file) {
        try {
            Properties stored = new Properties();
            if (Files.exists(file)) {
                stored.load(new StringReader(Files.readString(file)));
            }
            boolean complete = NAMES.stream().allMatch(stored::containsKey);
            NAMES.forEach(name -> stored.putIfAbsent(name, random()));
            if (!complete) {
                PrivateFiles.write(
                        file,
                        NAMES.stream()
                                .map(name -> name + "=" + stored.getProperty(name) + "\n")
                                .collect(Collectors.joining()));
            }
            return new Passwords(
                    stored.getProperty("superuser"),
                    stored.getProperty("migrate"),
                    stored.getProperty("app"),
                    stored.getProperty("authn"),
                    stored.getProperty("audit"));
        } catch (IOException e) {
            throw Refusal.of("cannot keep the database passwords in " + file);
        }
    }

    /** 100 random bits in letters that survive being read aloud. */
    static String bootstrapCode() {
        SecureRandom random = new SecureRandom();
        StringBuilder code = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            code.append(i > 0 && i % 5 == 0 ? "-" : "").append(CODE_LETTERS.charAt(random.nextInt(32)));
        }
        return code.toString();
    }

    private static String random() {
        byte[] bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public String toString() {
        return "Passwords[redacted]";
    }
}
