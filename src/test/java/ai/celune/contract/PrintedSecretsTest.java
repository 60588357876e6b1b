package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A record that carries a secret as text does not print it: records end up in messages, stacks and debuggers (R39, case 15). */
class PrintedSecretsTest {
    private static final String CANARY = "canary-that-nobody-may-print";
    private static final Set<String> SECRETS = Set.of(
            "password",
            "currentPassword",
            "newPassword",
            "passwordHash",
            "accessCode",
            "refreshToken",
            "accessToken",
            "token",
            "code",
            "key",
            "superuser",
            "migrate");
    /** Records whose component of such a name is no secret: codes of errors, the name of a limit, what a replay has in place of a code. */
    private static final Set<String> PUBLIC = Set.of(
            "ai.celune.web.ErrorCode",
            "ai.celune.web.Problem$FieldError",
            "ai.celune.web.ProblemDocument",
            "ai.celune.ratelimit.Limit",
            "ai.celune.identity.AccessCodeView$Replayed",
            "ai.celune.workspace.InvitationView$Replayed");

    @Test
    void recordsDoNotPrintTheSecretsTheyCarry() {
        Set<String> printed = new TreeSet<>();
        for (Class<?> type : records().toList()) {
            if (filled(type).toString().contains(CANARY)) {
                printed.add(type.getName());
            }
        }
        assertEquals(Set.of(), printed);
    }

    @Test
    void thisTestFindsTheRecords() {
        assertTrue(records().anyMatch(type -> type.getName().equals("ai.celune.identity.SignUp")));
    }

    private static Stream<? extends Class<?>> records() {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("ai.celune").stream()
                        .filter(JavaClass::isRecord)
                        .filter(type -> !PUBLIC.contains(type.getName()))
                        .map(JavaClass::reflect)
                        .filter(type -> components(type).stream().anyMatch(PrintedSecretsTest::isSecret));
    }

    private static boolean isSecret(RecordComponent component) {
        return component.getType() == String.class && SECRETS.contains(component.getName());
    }

    private static List<RecordComponent> components(Class<?> type) {
        return Arrays.asList(type.getRecordComponents());
    }

    /** An instance with the canary in every secret and nothing in the rest. */
    private static Object filled(Class<?> type) {
        try {
            List<RecordComponent> components = components(type);
            Constructor<?> constructor = type.getDeclaredConstructor(
                    components.stream().map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(
                    components.stream().map(PrintedSecretsTest::value).toArray());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("cannot make " + type, e);
        }
    }

    private static Object value(RecordComponent component) {
        return isSecret(component)
                ? CANARY
                : java.lang.reflect.Array.get(java.lang.reflect.Array.newInstance(component.getType(), 1), 0);
    }
}
