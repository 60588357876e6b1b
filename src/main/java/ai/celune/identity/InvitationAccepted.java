package ai.celune.identity;

import java.util.UUID;

/** A person has proved to be the one invited; observed in the same transaction by the package that makes members. */
public record InvitationAccepted(UUID invitationId, UUID userId) {}
