package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** The table of the README lists exactly the properties there are, with their defaults. */
class ConfigurationTest {
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(celune\\.[^`]+)` \\| (?:`([^`]*)`|none) \\| \\S.+\\|$");

    @Test
    void theReadmeListsExactlyTheProperties() throws IOException {
        Map<String, String> documented = new TreeMap<>();
        var rows = ROW.matcher(Files.readString(Path.of("README.md")));
        while (rows.find()) {
            documented.put(rows.group(1), rows.group(2) == null ? "none" : rows.group(2));
        }
        assertEquals(declared(), documented);
    }

    private static Map<String, String> declared() {
        Map<String, String> properties = new TreeMap<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("ai.celune")) {
            type.tryGetAnnotationOfType(ConfigMapping.class)
                    .ifPresent(
                            mapping -> type.getMethods().forEach(method -> add(properties, mapping.prefix(), method)));
            type.getConstructors()
                    .forEach(constructor -> constructor
                            .getParameters()
                            .forEach(parameter -> parameter
                                    .tryGetAnnotationOfType(ConfigProperty.class)
                                    .filter(property -> property.name().startsWith("celune."))
                                    .ifPresent(property -> properties.put(
                                            property.name(),
                                            property.defaultValue().equals(ConfigProperty.UNCONFIGURED_VALUE)
                                                    ? "none"
                                                    : property.defaultValue()))));
        }
        properties.put("celune.startup.accept", "none");
        properties.put("celune.retention.every", "10m");
        for (String role : new String[] {"owner", "app", "authn", "audit"}) {
            properties.put("celune.database." + role, "celune_" + role);
        }
        return properties;
    }

    /** What a map of named settings holds for each name; empty for texts. */
    private static Optional<JavaClass> settings(JavaMethod map) {
        return map.getReturnType().getAllInvolvedRawTypes().stream()
                .filter(JavaClass::isInterface)
                .filter(type -> type.getPackageName().startsWith("ai.celune"))
                .findFirst();
    }

    private static void add(Map<String, String> properties, String prefix, JavaMethod method) {
        if (method.getModifiers().contains(com.tngtech.archunit.core.domain.JavaModifier.STATIC)) {
            return;
        }
        String name = prefix + "."
                + method.getName().replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
        if (method.getRawReturnType().isEquivalentTo(Map.class)) {
            String entry = (method.isAnnotatedWith(WithParentName.class) ? prefix : name) + ".<name>";
            settings(method)
                    .ifPresentOrElse(
                            named -> named.getMethods().forEach(nested -> add(properties, entry, nested)),
                            () -> properties.put(entry, "none"));
            return;
        }
        if (method.getRawReturnType().isInterface()
                && method.getRawReturnType().getPackageName().startsWith("ai.celune")) {
            method.getRawReturnType().getMethods().forEach(nested -> add(properties, name, nested));
            return;
        }
        properties.put(
                name,
                method.tryGetAnnotationOfType(WithDefault.class)
                        .map(WithDefault::value)
                        .orElse("none"));
    }
}
