package ai.celune.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.bootstrap.BootstrapException;
import io.quarkus.bootstrap.app.CuratedApplication;
import io.quarkus.bootstrap.app.QuarkusBootstrap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What the Maven profile {@code native} hands to native-image. Quarkus makes all of it on a JVM and stops before it would run that.
 *
 * @param reflection what may be reached by reflection, by name of the type
 * @param resources patterns of the resources that the executable holds
 * @param libraries the jars of the class path
 */
record NativeBuild(
        String mainClass,
        Map<String, JsonNode> reflection,
        List<Pattern> resources,
        String arguments,
        List<Path> libraries) {
    private static final Pattern PROFILE = Pattern.compile("(?s)<id>native</id>.*?<properties>(.*?)</properties>");
    private static final Pattern PROPERTY = Pattern.compile("<(quarkus[^>]*)>([^<]*)</");

    static NativeBuild make() {
        Path target = Path.of("target/native-build").toAbsolutePath();
        try (CuratedApplication application = QuarkusBootstrap.builder()
                .setApplicationRoot(Path.of("target/classes").toAbsolutePath())
                .setProjectRoot(Path.of("").toAbsolutePath())
                .setLocalProjectDiscovery(true)
                .setTargetDirectory(target)
                .setBaseName("celune")
                .setMode(QuarkusBootstrap.Mode.PROD)
                .setBuildSystemProperties(properties())
                .build()
                .bootstrap()) {
            application.createAugmentor().createProductionApplication();
            return read(target.resolve("native-sources"));
        } catch (IOException | BootstrapException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Those of the profile, so that what is tested is what it builds. */
    private static Properties properties() throws IOException {
        Properties properties = new Properties();
        PROFILE.matcher(Files.readString(Path.of("pom.xml")))
                .results()
                .forEach(profile -> PROPERTY.matcher(profile.group(1))
                        .results()
                        .forEach(property -> properties.setProperty(property.group(1), property.group(2))));
        properties.setProperty("quarkus.native.sources-only", "true");
        return properties;
    }

    private static NativeBuild read(Path sources) throws IOException {
        try (JarFile jar = new JarFile(sources.resolve("celune-runner.jar").toFile());
                Stream<Path> libraries = Files.list(sources.resolve("lib"))) {
            Map<String, JsonNode> reflection = new HashMap<>();
            json(jar, "reflect-config.json")
                    .forEach(type -> reflection.put(type.path("name").asText(), type));
            JsonNode resources = json(jar, "resource-config.json").at("/resources/includes");
            return new NativeBuild(
                    jar.getManifest().getMainAttributes().getValue(Attributes.Name.MAIN_CLASS),
                    reflection,
                    StreamSupport.stream(resources.spliterator(), false)
                            .map(include ->
                                    Pattern.compile(include.path("pattern").asText()))
                            .toList(),
                    Files.readString(sources.resolve("native-image.args")),
                    libraries.toList());
        }
    }

    private static JsonNode json(JarFile jar, String file) throws IOException {
        return new ObjectMapper().readTree(jar.getInputStream(jar.getJarEntry("META-INF/native-image/" + file)));
    }

    /** Whether everything of the type may be used: constructors, methods and fields. */
    boolean registers(String type) {
        JsonNode registered = reflection.get(type);
        return registered != null
                && Stream.of("allDeclaredConstructors", "allDeclaredMethods", "allDeclaredFields")
                        .allMatch(what -> registered.path(what).asBoolean());
    }

    boolean holds(String resource) {
        return resources.stream().anyMatch(pattern -> pattern.matcher(resource).matches());
    }
}
