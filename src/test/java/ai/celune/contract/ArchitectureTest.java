package ai.celune.contract;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.tenancy.Scope;
import ai.celune.tenancy.WorkspaceOwned;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import jakarta.persistence.Entity;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The rules of the house that byte code and source show. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("ai.celune");

    private static final Set<String> MECHANISMS = Set.of(
            "web",
            "security",
            "tenancy",
            "crypto",
            "audit",
            "ratelimit",
            "idempotency",
            "classification",
            "egress",
            "stepup");

    /** Feature to the features it may know; everything else goes by id or by event. The arrows form no cycle. */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            Map.entry("identity", Set.of()),
            Map.entry("workspace", Set.of("identity")),
            Map.entry("provider", Set.of()),
            Map.entry("providerkey", Set.of("provider", "workspace")),
            Map.entry("apikey", Set.of("workspace")),
            Map.entry("auditlog", Set.of()),
            Map.entry("broker", Set.of("provider", "providerkey")),
            Map.entry("encryptionkey", Set.of("workspace")),
            Map.entry("keyringmove", Set.of("encryptionkey")),
            Map.entry("shredding", Set.of()),
            Map.entry("slack", Set.of("broker")),
            Map.entry("usage", Set.of()),
            Map.entry("ops", Set.of()));

    /** Who may bind a transaction to somebody else than the caller. */
    private static final Set<String> SCOPE_CALLERS = Set.of(
            "apikey.ApiKeyExpiry",
            "apikey.ApiKeyUses",
            "audit.OpenActions",
            "audit.UnknownEnds",
            "auditlog.AuditReads",
            "classification.Retention",
            "crypto.WorkspaceKeys",
            "encryptionkey.KeyWork",
            "identity.AccessCodes",
            "identity.Accounts",
            "identity.Attempts",
            "identity.CookieMechanism",
            "identity.FederatedIdentities",
            "identity.ProviderSignIns",
            "identity.Rechecks",
            "identity.ResetCodes",
            "identity.Sessions",
            "identity.SignIns",
            "identity.SignOuts",
            "identity.SigningKeys",
            "keyringmove.KeyringMoves",
            "keyringmove.MoveWork",
            "provider.Clearances",
            "providerkey.ProviderKeyUses",
            "shredding.Shredding",
            "shredding.Shreds",
            "usage.Usages",
            "workspace.Workspaces");

    /** Who may speak SQL past the ORM, where only row-level security stands guard. */
    private static final Set<String> SQL_SPEAKERS = Set.of(
            "apikey.ApiKeyExpiry",
            "apikey.ApiKeyLookup",
            "apikey.ApiKeyUses",
            "audit.AuditHistory",
            "audit.AuditLog",
            "audit.AuditQueue",
            "audit.OpenActions",
            "auditlog.AuditReads",
            "broker.CredentialEnds",
            "classification.Retention",
            "crypto.DataKeys",
            "crypto.SealedColumns",
            "crypto.Fingerprints",
            "crypto.WorkspaceKeys",
            "encryptionkey.KeyWork",
            "idempotency.IdempotencyRecords",
            "identity.AccessCodes",
            "identity.Accounts",
            "identity.Attempts",
            "identity.FederatedIdentities",
            "identity.IdentityLookups",
            "identity.Rechecks",
            "identity.ResetCodes",
            "identity.SigningKeys",
            "keyringmove.Finds",
            "ops.DatabaseTime",
            "provider.Clearances",
            "providerkey.KeyBudgets",
            "shredding.Shredding",
            "shredding.WorkspaceRows",
            "slack.InboundSignatures",
            "tenancy.Quotas",
            "tenancy.Scope",
            "usage.Usages",
            "workspace.Workspaces");

    @Test
    void featuresKnowOnlyTheFeaturesTheyMay() {
        ARROWS.forEach((feature, known) -> {
            Set<String> others = new TreeSet<>(ARROWS.keySet());
            others.removeAll(known);
            others.remove(feature);
            noClasses()
                    .that()
                    .resideInAPackage("ai.celune." + feature + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(packages(others))
                    .check(CLASSES);
        });
    }

    @Test
    void mechanismsKnowNoFeature() {
        noClasses()
                .that()
                .resideInAnyPackage(packages(MECHANISMS))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages(ARROWS.keySet()))
                .check(CLASSES);
    }

    @Test
    void everyPackageIsAMechanismOrAFeatureOrForOneMachine() {
        Set<String> known = new TreeSet<>(MECHANISMS);
        known.addAll(ARROWS.keySet());
        known.addAll(Set.of("embedded", "launcher", "tour", "vaultsetup", ""));
        Set<String> found = CLASSES.stream()
                .map(type -> type.getPackageName().replaceFirst("^ai\\.celune\\.?([a-z]*).*", "$1"))
                .collect(Collectors.toCollection(TreeSet::new));
        found.removeAll(known);
        assertEquals(Set.of(), found);
    }

    @Test
    void packagesFormNoCycle() {
        SlicesRuleDefinition.slices()
                .matching("ai.celune.(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    @Test
    void onlyResourcesCarryPaths() {
        classes()
                .that()
                .areAnnotatedWith(Path.class)
                .should()
                .haveSimpleNameEndingWith("Resource")
                .check(CLASSES);
    }

    @Test
    void resourcesTouchNoEntityManager() {
        noClasses()
                .that()
                .haveSimpleNameEndingWith("Resource")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jakarta.persistence..", "io.agroal..", "java.sql..")
                .check(CLASSES);
    }

    @Test
    void resourcesNeverReturnEntities() {
        methods()
                .that()
                .areDeclaredInClassesThat()
                .haveSimpleNameEndingWith("Resource")
                .and()
                .arePublic()
                .should()
                .notHaveRawReturnType(com.tngtech.archunit.base.DescribedPredicate.describe(
                        "an entity", (JavaClass type) -> type.isAnnotatedWith(Entity.class)))
                .check(CLASSES);
    }

    @Test
    void entitiesOfWorkspacesExtendTheBaseEntity() {
        Set<String> others = CLASSES.stream()
                .filter(type -> type.isAnnotatedWith(Entity.class) && !type.isAssignableTo(WorkspaceOwned.class))
                .map(JavaClass::getSimpleName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(
                Set.of(
                        "AccessCode",
                        "Account",
                        "BrowserSession",
                        "Clearance",
                        "KeyringMove",
                        "RefreshToken",
                        "Session",
                        "ShredRecord",
                        "Workspace"),
                others);
    }

    @Test
    void onlyListedClassesBindTransactionsToOthers() {
        assertEquals(
                new TreeSet<>(SCOPE_CALLERS),
                callers(call -> call.getTargetOwner().isEquivalentTo(Scope.class)
                        && call.getName().startsWith("as")));
    }

    @Test
    void onlyListedClassesSpeakSql() {
        assertEquals(
                new TreeSet<>(SQL_SPEAKERS),
                callers(call -> call.getName().equals("createNativeQuery")
                        || call.getName().equals("prepareStatement")
                        || call.getName().equals("createStatement")));
    }

    private static Set<String> callers(java.util.function.Predicate<JavaMethodCall> wanted) {
        return CLASSES.stream()
                .filter(resideInAPackage("ai.celune.embedded..").negate())
                .flatMap(type -> type.getMethodCallsFromSelf().stream())
                .filter(wanted)
                .map(call -> call.getOriginOwner().getName())
                .map(name -> name.replaceFirst("^ai\\.celune\\.", "").replaceFirst("\\$.*", ""))
                .filter(name -> !name.equals("tenancy.Scope") || SQL_SPEAKERS.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void nobodyPrintsOrAsksTheSystemForTheTime() {
        noClasses()
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(java.time.LocalDate.class, "now")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(java.util.Date.class)
                .orShould()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(CLASSES);
    }

    @Test
    void namesSayWhatThingsAre() {
        noClasses()
                .should()
                .haveNameMatching(".*(Util|Utils|Helper|Manager|Impl|Dto|DTO)")
                .check(CLASSES);
    }

    @Test
    void noMainFileIsLongerThan400Lines() throws IOException {
        try (var files = Files.walk(java.nio.file.Path.of("src/main/java"))) {
            List<String> tooLong = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> lines(file) > 400)
                    .map(Object::toString)
                    .toList();
            assertEquals(List.of(), tooLong);
        }
    }

    @Test
    void everyPackageSaysWhatItIsFor() throws IOException {
        try (var folders = Files.walk(java.nio.file.Path.of("src/main/java/ai/celune"))) {
            assertTrue(folders.filter(Files::isDirectory)
                    .allMatch(folder -> Files.exists(folder.resolve("package-info.java"))));
        }
    }

    private static long lines(java.nio.file.Path file) {
        try (var lines = Files.lines(file)) {
            return lines.count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String[] packages(Set<String> names) {
        return names.stream().map(name -> "ai.celune." + name + "..").toArray(String[]::new);
    }
}
