package ai.celune.audit.tlog;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Whose checkpoints are believed, and whose cosignatures they need (C2SP tlog-policy). Without a quorum met, a log's word is all there is. */
public final class Policy {
    /** The longest file that is read, in bytes. */
    public static final int LONGEST = 1 << 20;

    private final List<Log> logs;
    private final List<Witness> witnesses;
    private final Map<String, Group> groups;
    private final String quorum;

    Policy(List<Log> logs, List<Witness> witnesses, Map<String, Group> groups, String quorum) {
        this.logs = List.copyOf(logs);
        this.witnesses = List.copyOf(witnesses);
        this.groups = Map.copyOf(groups);
        this.quorum = quorum;
    }

    /**
     * A log whose checkpoints are accepted.
     *
     * @param key its name is the log's origin
     */
    public record Log(VerifierKey key, Optional<String> url) {}

    /**
     * A witness whose cosignatures count.
     *
     * @param name within the policy alone, octets as ISO 8859-1
     */
    public record Witness(String name, VerifierKey key, Optional<String> url) {}

    /** Counts as one that cosigned when {@code threshold} of its members do. */
    record Group(int threshold, List<String> members) {}

    /**
     * What a checkpoint has behind it.
     *
     * @param cosignatures of the policy's witnesses, each verified, at least one for each witness that cosigned
     * @param quorum whether they suffice
     */
    public record Witnessed(Checkpoint checkpoint, List<Cosignature> cosignatures, boolean quorum) {}

    /**
     * Reads a policy file.
     *
     * @throws RefusedException naming the line that is wrong
     */
    public static Policy parse(byte[] file) {
        return new PolicyParser().parse(file);
    }

    public List<Log> logs() {
        return logs;
    }

    public List<Witness> witnesses() {
        return witnesses;
    }

    /**
     * Whether a log of the policy signed, and which of its witnesses cosigned.
     *
     * @throws RefusedException when it is no checkpoint, its log is not in the policy or did not sign, or a signature of log or witness does not fit
     */
    public Witnessed check(SignedNote note) {
        Checkpoint checkpoint = Checkpoint.parse(note.text());
        List<VerifierKey> ofLog = logs.stream()
                .map(Log::key)
                .filter(key -> key.name().equals(checkpoint.origin()))
                .toList();
        if (ofLog.isEmpty()) {
            throw new RefusedException(
                    RefusedException.Reason.WRONG_LOG, "the checkpoint is one of a log that is not in the policy");
        }
        note.verify(ofLog);
        List<NoteSignature> verified =
                note.verify(Stream.concat(ofLog.stream(), witnesses.stream().map(Witness::key))
                        .distinct()
                        .toList());
        List<Cosignature> cosignatures = new ArrayList<>();
        for (Witness witness : witnesses) {
            verified.stream()
                    .filter(witness.key()::made)
                    .forEach(signature -> cosignatures.add(Cosignature.of(witness.key(), signature)));
        }
        return new Witnessed(
                checkpoint, cosignatures, quorum.equals(PolicyParser.NONE) || witnessed(quorum, cosignatures));
    }

    private boolean witnessed(String name, List<Cosignature> cosignatures) {
        Group group = groups.get(name);
        if (group != null) {
            return group.members().stream()
                            .filter(member -> witnessed(member, cosignatures))
                            .count()
                    >= group.threshold();
        }
        return witnesses.stream()
                .filter(witness -> witness.name().equals(name))
                .anyMatch(witness ->
                        cosignatures.stream().anyMatch(each -> each.key().equals(witness.key())));
    }
}
