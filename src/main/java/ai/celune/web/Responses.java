package ai.celune.web;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.RestResponse;

/** The shapes of answers that are more than a body. */
public final class Responses {
    private Responses() {}

    /** 201 for what nobody can fetch later. */
    public static <T> RestResponse<T> created(T body) {
        return RestResponse.ResponseBuilder.ok(body, "application/json")
                .status(Response.Status.CREATED)
                .build();
    }

    /**
     * 201 with a place where the new resource can be fetched, alone or in a list.
     *
     * @param location a path. Never {@code location(URI)}, which would make it absolute by the Host field, that is by what the client claims
     */
    public static <T> RestResponse<T> created(String location, T body) {
        return RestResponse.ResponseBuilder.ok(body, "application/json")
                .status(Response.Status.CREATED)
                .header(HttpHeaders.LOCATION, location)
                .build();
    }

    /** 201 for an updatable resource. */
    public static <T> RestResponse<T> created(String location, int version, T body) {
        return RestResponse.ResponseBuilder.ok(body, "application/json")
                .status(Response.Status.CREATED)
                .header(HttpHeaders.LOCATION, location)
                .tag(Integer.toString(version))
                .build();
    }

    /** 202 for what has begun and goes on. */
    public static <T> RestResponse<T> accepted(T body) {
        return RestResponse.ResponseBuilder.ok(body, "application/json")
                .status(Response.Status.ACCEPTED)
                .build();
    }

    /** 200 for what an action found. */
    public static <T> RestResponse<T> ok(T body) {
        return RestResponse.ResponseBuilder.ok(body, "application/json").build();
    }

    /** 200 for an updatable resource. */
    public static <T> RestResponse<T> versioned(int version, T body) {
        return RestResponse.ResponseBuilder.ok(body, "application/json")
                .tag(Integer.toString(version))
                .build();
    }
}
