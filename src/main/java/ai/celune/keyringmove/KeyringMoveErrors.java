package ai.celune.keyringmove;

import ai.celune.web.ErrorCode;

/** Refusals about moves. */
final class KeyringMoveErrors {
    static final ErrorCode RUNNING = new ErrorCode(409, "keyring_move_running", "A move or its dry run goes on.");
    static final ErrorCode NOT_READY = new ErrorCode(
            409, "keyring_move_not_ready", "This replica does not have the stores of keys that this needs.");

    private KeyringMoveErrors() {}
}
