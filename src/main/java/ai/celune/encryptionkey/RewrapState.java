package ai.celune.encryptionkey;

/** {@code running}; {@code verifying}, which begins a minute after the last change; {@code done}; {@code incomplete} when some values could not be re-wrapped. */
enum RewrapState {
    running,
    verifying,
    done,
    incomplete
}
