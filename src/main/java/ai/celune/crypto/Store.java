package ai.celune.crypto;

/** A place where the keys of workspaces are. */
public enum Store {
    keyring("ring", "celune.keyring.file"),
    vault("vault", "celune.vault.url");

    private final String prefix;
    private final String property;

    Store(String prefix, String property) {
        this.prefix = prefix;
        this.property = property;
    }

    /** The word before the first colon of what it has sealed. */
    public String prefix() {
        return prefix;
    }

    /** Configures it. */
    public String property() {
        return property;
    }
}
