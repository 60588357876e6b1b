package ai.celune.contract;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.CeluneMain;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What code must leave alone to work in a native executable, where classes are initialised while it is built. */
class NativeCodeTest {
    static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("ai.celune");

    /** For one machine or for operators; left out of the executable. */
    private static final String[] LEFT_OUT = {
        "ai.celune.embedded..", "ai.celune.launcher..", "ai.celune.tour..", "ai.celune.vaultsetup.."
    };

    /** What an instance of these holds is of the process that made it. */
    private static final List<Class<?>> OF_A_PROCESS = List.of(
            RandomGenerator.class,
            Clock.class,
            Path.class,
            java.io.File.class,
            java.io.Closeable.class,
            Thread.class,
            Executor.class,
            java.net.InetAddress.class,
            java.net.http.HttpClient.class);

    /** Calls that give what is of the process: environment, time, randomness, files, threads, network. */
    private static final Pattern ASKS = Pattern.compile(
            "java\\.lang\\.System\\.(getenv|getPropert|currentTime|nanoTime).*"
                    + "|java\\.time\\..*\\.(now|system\\w*)\\(.*"
                    + "|java\\.util\\.UUID\\.randomUUID.*|.*Random\\.<init>.*|java\\.util\\.concurrent\\.ThreadLocalRandom\\..*"
                    + "|java\\.nio\\.file\\.(Files|Path|Paths)\\..*|java\\.io\\.File.*"
                    + "|java\\.lang\\.(Thread|Runtime|ProcessHandle)\\..*|java\\.util\\.concurrent\\.Executors\\..*"
                    + "|java\\.net\\.(InetAddress\\.get(All)?(ByName|LocalHost).*|.*Socket.*|NetworkInterface.*|http.*)");

    /** Who reflects, on which types NativeBuildIT compares: on events and on the filter of the log. */
    private static final Set<String> REFLECTING =
            Set.of("ai.celune.audit.EventSchema", "ai.celune.auditlog.AuditReads");

    @Test
    void onlyListedClassesReflect() {
        assertEquals(
                REFLECTING,
                CLASSES.stream()
                        .flatMap(type -> type.getCodeUnitCallsFromSelf().stream())
                        .filter(NativeCodeTest::reflects)
                        .map(call -> call.getOriginOwner().getName().replaceFirst("\\$.*", ""))
                        .collect(Collectors.toSet()));
    }

    private static boolean reflects(JavaCall<?> call) {
        String owner = call.getTargetOwner().getName();
        return owner.startsWith("java.lang.reflect.")
                || owner.equals("java.util.ServiceLoader")
                || (owner.equals("java.lang.Class")
                        && call.getName()
                                .matches("forName|newInstance|get(Declared)?(Field|Method|Constructor|Class)(s|es)?"
                                        + "|getRecordComponents|getPermittedSubclasses|getAnnotation.*"))
                || (owner.startsWith("java.lang.invoke.MethodHandles")
                        && call.getName().matches("(un)?reflect.*|find.*"));
    }

    @Test
    void noStaticFieldHoldsWhatIsOfAProcess() {
        fields().that()
                .areStatic()
                .should()
                .notHaveRawType(describe(
                        "of a process",
                        (JavaClass type) -> OF_A_PROCESS.stream().anyMatch(type::isAssignableTo)))
                .check(CLASSES);
    }

    @Test
    void noStaticInitialiserAsksForWhatIsOfAProcess() {
        Set<String> asking = new TreeSet<>();
        for (JavaClass type : CLASSES) {
            type.getStaticInitializer()
                    .ifPresent(start -> reachable(start).stream()
                            .map(call -> call.getTarget().getFullName())
                            .filter(name -> ASKS.matcher(name).matches())
                            .forEach(name -> asking.add(type.getName() + " calls " + name)));
        }
        assertEquals(Set.of(), asking);
    }

    /** The calls of a piece of code and of all that it calls in ours. */
    private static Set<JavaCall<?>> reachable(JavaCodeUnit start) {
        Set<JavaCall<?>> calls = new HashSet<>();
        Deque<JavaCodeUnit> open = new ArrayDeque<>(List.of(start));
        while (!open.isEmpty()) {
            for (JavaCall<?> call : open.pop().getCallsFromSelf()) {
                if (calls.add(call)) {
                    call.getTarget()
                            .resolveMember()
                            .filter(called -> called.getOwner().getPackageName().startsWith("ai.celune"))
                            .ifPresent(open::push);
                }
            }
        }
        return calls;
    }

    @Test
    void nobodyUsesAwtOrAgents() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.awt..",
                        "javax.swing..",
                        "javax.imageio..",
                        "javax.print..",
                        "java.lang.instrument..",
                        "com.sun.tools.attach..")
                .check(CLASSES);
    }

    @Test
    void theServiceKnowsNothingOfWhatIsLeftOut() {
        noClasses()
                .that()
                .resideOutsideOfPackages(LEFT_OUT)
                .and()
                .doNotBelongToAnyOf(CeluneMain.class)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(LEFT_OUT)
                .check(CLASSES);
    }

    /** Names of the resources that the executable reads; the API document is made before, when it is built. */
    static Stream<String> resourcesRead() {
        return CLASSES.stream()
                .filter(type -> Stream.of(LEFT_OUT)
                        .noneMatch(out -> type.getPackageName().startsWith(out.replace("..", ""))))
                .filter(type -> !type.isAnnotatedWith(OpenApiFilter.class))
                .filter(type -> type.getCodeUnitCallsFromSelf().stream().anyMatch(NativeCodeTest::readsResource))
                .flatMap(NativeCodeTest::resourcesRead);
    }

    private static boolean readsResource(JavaAccess<?> call) {
        return call.getName().startsWith("getResource")
                && Set.of("java.lang.Class", "java.lang.ClassLoader")
                        .contains(call.getTargetOwner().getName());
    }

    private static Stream<String> resourcesRead(JavaClass type) {
        Path file = Path.of("target/classes", type.getName().replace('.', '/') + ".class");
        try {
            return ClassFile.of().parse(Files.readAllBytes(file)).methods().stream()
                    .flatMap(method -> resourcesRead(method, type));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last text before each call; where the name is put together at run time, whatever that is fails to be found. */
    private static Stream<String> resourcesRead(MethodModel method, JavaClass type) {
        Set<String> names = new TreeSet<>();
        String last = "computed in " + type.getName();
        for (var element : method.code().<Iterable<?>>map(code -> code).orElse(List.of())) {
            if (element instanceof ConstantInstruction constant && constant.constantValue() instanceof String text) {
                last = text;
            } else if (element instanceof InvokeInstruction call
                    && call.name().stringValue().startsWith("getResource")) {
                boolean relative = call.owner().asInternalName().equals("java/lang/Class") && !last.startsWith("/");
                names.add(
                        (relative ? type.getPackageName().replace('.', '/') + "/" : "") + last.replaceFirst("^/", ""));
            }
        }
        return names.stream();
    }
}
