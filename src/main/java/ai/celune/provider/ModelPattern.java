package ai.celune.provider;

/** Names of models as rules and prices write them: a name, or the beginning of names and {@code *}. */
public final class ModelPattern {
    /** What a pattern looks like. */
    public static final String SYNTAX = "[A-Za-z0-9._:/@+-]{1,128}\\*?";

    private ModelPattern() {}

    /** Whether a pattern means this model; case counts. */
    public static boolean matches(String pattern, String model) {
        return pattern.endsWith("*")
                ? model.startsWith(pattern.substring(0, pattern.length() - 1))
                : model.equals(pattern);
    }
}
