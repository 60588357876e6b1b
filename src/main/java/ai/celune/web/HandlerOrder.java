package ai.celune.web;

/**
 * The order in which a request passes our handlers; higher runs first. Quarkus authenticates at 200 (lazily: it only prepares) and checks its
 * path policies at 100.
 */
public final class HandlerOrder {
    /** Request id and what else is known before anybody is authenticated. */
    public static final int FACTS = 400;
    /** Notes when a broker call began, before its credential is looked up. */
    public static final int BROKER_START = 390;
    /** Resolves the identity and takes the request's slots. */
    public static final int LIMITS = 150;
    /** Refuses paths that are not in their one spelling, and bodies that are too large. */
    public static final int SHAPE = 140;
    /** Takes bodies in. */
    public static final int BODY = 130;

    private HandlerOrder() {}
}
