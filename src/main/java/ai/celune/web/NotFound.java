package ai.celune.web;

/** 404 for an id that is unknown or belongs to another workspace; unlike a wrong path it is an audit event. */
public final class NotFound extends Problem {
    private static final long serialVersionUID = 1L;

    public NotFound() {
        super(ErrorCode.NOT_FOUND);
    }
}
