package ai.celune.web;

import jakarta.ws.rs.core.Response;
import java.net.URI;
import org.jboss.resteasy.reactive.RestResponse;

/** The shapes of answers that are more than a body. */
public final class Answers {
    private Answers() {}

    /** 201 with the place of the new resource. */
    public static <T> RestResponse<T> created(String location, T body) {
        return RestResponse.ResponseBuilder.ok(body, "application/json")
                .status(Response.Status.CREATED)
                .location(URI.create(location))
                .build();
    }

    /** 201 for an updatable resource. */
    public static <T> RestResponse<T> created(String location, int version, T body) {
        return RestResponse.ResponseBuilder.ok(body, "application/json")
                .status(Response.Status.CREATED)
                .location(URI.create(location))
                .tag(Integer.toString(version))
                .build();
    }

    /** 200 for an updatable resource. */
    public static <T> RestResponse<T> versioned(int version, T body) {
        return RestResponse.ResponseBuilder.ok(body, "application/json")
                .tag(Integer.toString(version))
                .build();
    }
}
