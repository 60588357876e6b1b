package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.web.ErrorCode;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every code that a client can see is documented, with its status and its public sentence, and no other is. */
class ErrorCatalogTest {
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| <a id=\"(\\w+)\"></a>`\\1` \\| (\\d{3}) \\| (.+?) \\|");

    @Test
    void theDocumentListsExactlyTheCodes() throws IOException {
        TreeMap<String, String> documented = new TreeMap<>();
        var rows = ROW.matcher(Files.readString(Path.of("docs/errors.md")));
        while (rows.find()) {
            documented.put(rows.group(1), rows.group(2) + " " + rows.group(3));
        }
        assertEquals(lines(declared()), lines(documented));
    }

    private static String lines(Map<String, String> codes) {
        return codes.entrySet().stream().map(Object::toString).collect(Collectors.joining("\n"));
    }

    private static Map<String, String> declared() {
        TreeMap<String, String> codes = new TreeMap<>();
        new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("ai.celune")
                .forEach(type -> type.getFields().stream()
                        .filter(field -> field.getRawType().isEquivalentTo(ErrorCode.class))
                        .filter(field ->
                                field.getModifiers().contains(com.tngtech.archunit.core.domain.JavaModifier.STATIC))
                        .map(field -> read(field.reflect()))
                        .forEach(code -> codes.put(code.code(), code.status() + " " + code.title())));
        return codes;
    }

    private static ErrorCode read(java.lang.reflect.Field field) {
        try {
            field.setAccessible(true);
            return (ErrorCode) field.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
