package ai.celune.web;

import ai.celune.security.BrokerPath;
import io.quarkus.security.Authenticated;
import io.quarkus.security.PermissionsAllowed;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import jakarta.annotation.security.PermitAll;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationTarget;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;
import org.jspecify.annotations.Nullable;

/**
 * Writes into the OpenAPI document, once for all operations, what annotations already say: the permission, the credential, and the refusals
 * that any operation of its kind can give. Runs at build time.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class ApiDescription implements OASFilter {
    private static final DotName PERMISSIONS = DotName.createSimple(PermissionsAllowed.class);
    private static final DotName AUTHENTICATED = DotName.createSimple(Authenticated.class);
    private static final DotName PUBLIC = DotName.createSimple(PermitAll.class);
    private static final DotName REFUSES = DotName.createSimple(Refuses.class);
    /** By name: the mechanism knows this package, not the other way round. */
    private static final DotName IDEMPOTENT = DotName.createSimple("ai.celune.idempotency.Idempotent");

    private static final String ANY_CREDENTIAL = "authenticated";
    private static final Set<PathItem.HttpMethod> WITH_BODY =
            Set.of(PathItem.HttpMethod.POST, PathItem.HttpMethod.PUT, PathItem.HttpMethod.PATCH);
    /** What another change at the same time can contradict; a POST says so itself. */
    private static final Set<PathItem.HttpMethod> CHANGES =
            Set.of(PathItem.HttpMethod.PUT, PathItem.HttpMethod.PATCH, PathItem.HttpMethod.DELETE);

    private static final String SCHEME = "bearer";
    private static final String PROBLEM = "ProblemDocument";

    /** Sorted: the iteration order of {@code Map.of} differs from build to build, and the document must not. */
    private static final Map<Integer, String> ALWAYS = new TreeMap<>(Map.of(
            400, "The request is not well-formed.",
            401, "A credential was sent that is not valid, or none where one is required.",
            405, "The resource does not know this method.",
            413, "The request body is too large.",
            429, "Too many requests; Retry-After says when to try again.",
            500, "Something went wrong on our side.",
            503, "A store does not answer; Retry-After says when to try again."));

    private final IndexView index;
    private final Map<String, MethodInfo> methods = new TreeMap<>();

    public ApiDescription(IndexView index) {
        this.index = index;
        for (ClassInfo type : index.getKnownClasses()) {
            if (type.simpleName() != null && type.simpleName().endsWith("Resource")) {
                type.methods().forEach(method -> methods.put(type.simpleName() + "_" + method.name(), method));
            }
        }
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        document.getComponents()
                .addSecurityScheme(
                        SCHEME,
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer")
                                .description("An API key, or the access token of a session"));
        document.getComponents().addSchema(PROBLEM, problem());
        document.getComponents()
                .addSchema("Secret", text().format("password").description("Taken in, never given out"));
        Map<String, PathItem> paths = document.getPaths().getPathItems();
        paths.forEach((path, item) -> item.getOperations().forEach((method, operation) -> {
            describe(path, method, operation);
            created(path, operation, paths);
        }));
    }

    private void describe(String path, PathItem.HttpMethod method, Operation operation) {
        String permission = permission(operation.getOperationId(), path);
        if (permission != null) {
            operation.addSecurityRequirement(
                    OASFactory.createSecurityRequirement().addScheme(SCHEME));
            operation.addExtension("x-permission", permission);
            if (!permission.equals(ANY_CREDENTIAL)) {
                refusal(operation, 403, "The caller lacks a permission.");
            }
        }
        own(operation);
        ALWAYS.forEach((status, why) -> refusal(operation, status, why));
        if (path.contains("{")) {
            refusal(operation, 404, "There is no such resource in the caller's workspace.");
        }
        if (operation.getResponses().getAPIResponses().values().stream().anyMatch(ApiDescription::isJson)) {
            refusal(operation, 406, "The answer has no such media type.");
        }
        // The broker passes bodies on as they come, whatever they are and however slowly.
        boolean takesBody = WITH_BODY.contains(method) && !BrokerPath.is(path);
        if (takesBody) {
            refusal(operation, 408, "The request body did not come in time.");
        }
        if (takesBody && operation.getRequestBody() != null) {
            refusal(operation, 415, "The request body has another media type than expected.");
        }
        if (CHANGES.contains(method)) {
            refusal(operation, 409, "The state of the resource does not allow this.");
        }
        headers(operation);
        operation.getResponses().getAPIResponses().forEach((status, response) -> {
            if (status.startsWith("4") || status.startsWith("5")) {
                response.setContent(OASFactory.createContent()
                        .addMediaType(
                                ProblemDocument.MEDIA_TYPE,
                                OASFactory.createMediaType()
                                        .schema(OASFactory.createSchema().ref(PROBLEM))));
            }
        });
    }

    private void own(Operation operation) {
        MethodInfo declared = methods.get(operation.getOperationId());
        if (declared != null) {
            for (AnnotationInstance refuses : declared.annotationsWithRepeatable(REFUSES, index)) {
                refusal(
                        operation,
                        refuses.value("status").asInt(),
                        refuses.value("why").asString());
            }
        }
    }

    private static boolean isJson(APIResponse response) {
        return response.getContent() != null && response.getContent().hasMediaType("application/json");
    }

    /** Where a new resource can be fetched: in its own place, else in the list that it was added to, else nowhere. */
    private static void created(String path, Operation operation, Map<String, PathItem> paths) {
        APIResponse created = operation.getResponses().getAPIResponse("201");
        if (created == null) {
            return;
        }
        // What is made of one resource, as by a rotation, lies beside it.
        String beside = path.substring(0, path.lastIndexOf('/'));
        boolean alone =
                isFetched(paths.get(path + "/{id}")) || (beside.endsWith("/{id}") && isFetched(paths.get(beside)));
        if (alone || isFetched(paths.get(path))) {
            created.addHeader(
                    "Location",
                    OASFactory.createHeader()
                            .description("Path of the new resource" + (alone ? "" : "'s list"))
                            .schema(text()));
        } else {
            created.setDescription("Created; without a Location, because it cannot be fetched later");
        }
    }

    private static boolean isFetched(@Nullable PathItem item) {
        return item != null && item.getGET() != null;
    }

    private void headers(Operation operation) {
        MethodInfo declared = methods.get(operation.getOperationId());
        if (declared != null && declared.hasDeclaredAnnotation(IDEMPOTENT)) {
            operation.addParameter(OASFactory.createParameter()
                    .name("Idempotency-Key")
                    .in(Parameter.In.HEADER)
                    .description(
                            "Names the request: a repetition within 24 hours gets the first answer, without secrets")
                    .schema(text().minLength(16).maxLength(255).pattern("^[!-~]+$")));
            refusal(operation, 409, "An equal request is being worked on, or the state does not allow this.");
            refusal(operation, 422, "A rule of the domain does not allow this.");
        }
        for (Parameter parameter : Objects.requireNonNullElse(operation.getParameters(), List.<Parameter>of())) {
            if ("If-Match".equals(parameter.getName())) {
                parameter.setDescription("ETag of the version that was read; 412 when there is a newer one");
                refusal(operation, 412, "The resource has changed since it was read.");
            }
        }
    }

    /** The permission; {@code authenticated} where any credential will do; null for public operations. */
    private @Nullable String permission(String operationId, String path) {
        MethodInfo method = methods.get(operationId);
        if (method == null) {
            return BrokerPath.is(path) ? "provider-keys:use" : null;
        }
        for (AnnotationTarget target : List.of(method, method.declaringClass())) {
            AnnotationInstance permissions = target.declaredAnnotation(PERMISSIONS);
            if (permissions != null) {
                return String.join(", ", permissions.value().asStringArray());
            }
            if (target.hasDeclaredAnnotation(AUTHENTICATED)) {
                return ANY_CREDENTIAL;
            }
            if (target.hasDeclaredAnnotation(PUBLIC)) {
                return null;
            }
        }
        throw new IllegalStateException(operationId + " does not say who may call it");
    }

    /** Unless the operation gives a reason of its own for the status. */
    private static void refusal(Operation operation, int status, String why) {
        if (!operation.getResponses().hasAPIResponse(Integer.toString(status))) {
            operation
                    .getResponses()
                    .addAPIResponse(
                            Integer.toString(status),
                            OASFactory.createAPIResponse().description(why));
        }
    }

    private static Schema problem() {
        Schema errors = OASFactory.createSchema()
                .addType(Schema.SchemaType.ARRAY)
                .items(OASFactory.createSchema()
                        .addType(Schema.SchemaType.OBJECT)
                        .addProperty("pointer", text())
                        .addProperty("code", text())
                        .addProperty("detail", text()));
        return OASFactory.createSchema()
                .addType(Schema.SchemaType.OBJECT)
                .description("A refusal (RFC 9457); docs/errors.md lists the codes")
                .required(List.of("type", "title", "status", "code", "requestId"))
                .addProperty("type", text())
                .addProperty("title", text())
                .addProperty("status", OASFactory.createSchema().addType(Schema.SchemaType.INTEGER))
                .addProperty("code", text())
                .addProperty("requestId", text())
                .addProperty("detail", text())
                .addProperty("errors", errors);
    }

    private static Schema text() {
        return OASFactory.createSchema().addType(Schema.SchemaType.STRING);
    }
}
