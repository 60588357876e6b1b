package ai.celune.keyringmove;

/**
 * {@code starting}: rotates the keys of workspaces; {@code rewrapping}: waits until what they sealed has followed; {@code looking}: opens what the keyring has still sealed,
 * which is all of a dry run, and how a move is verified; {@code done}; {@code incomplete} when some values do not open.
 */
enum MoveState {
    starting,
    rewrapping,
    looking,
    done,
    incomplete
}
