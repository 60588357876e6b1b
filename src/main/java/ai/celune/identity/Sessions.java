package ai.celune.identity;

import ai.celune.audit.AuditLog;
import ai.celune.crypto.Derivation;
import ai.celune.identity.IdentityLookups.KnownRefreshToken;
import ai.celune.identity.oidc.ProviderSignIn;
import ai.celune.security.Actor;
import ai.celune.security.ClientAddress;
import ai.celune.security.CredentialEnded;
import ai.celune.security.CurrentRequest;
import ai.celune.security.RequestFacts;
import ai.celune.tenancy.Ids;
import ai.celune.tenancy.Scope;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Life of sessions: opened, refreshed by tokens that derive from their parent, ended one by one or all at once (R16, R18). */
@ApplicationScoped
public class Sessions {
    private static final int TOKEN_BYTES = 32;

    private final EntityManager entities;
    private final IdentityLookups lookups;
    private final AccessTokens accessTokens;
    private final BrowserSessions browsers;
    private final AuditLog audit;
    private final CurrentRequest request;
    private final Scope scope;
    private final Event<CredentialEnded> ended;
    private final IdentityConfig config;
    private final SecureRandom random;
    private final Clock clock;

    Sessions(
            EntityManager entities,
            IdentityLookups lookups,
            AccessTokens accessTokens,
            BrowserSessions browsers,
            AuditLog audit,
            CurrentRequest request,
            Scope scope,
            Event<CredentialEnded> ended,
            IdentityConfig config,
            SecureRandom random,
            Clock clock) {
        this.entities = entities;
        this.lookups = lookups;
        this.accessTokens = accessTokens;
        this.browsers = browsers;
        this.audit = audit;
        this.request = request;
        this.scope = scope;
        this.ended = ended;
        this.config = config;
        this.random = random;
        this.clock = clock;
    }

    /** Opens a session in the transaction of the proof that it rests on. */
    @Transactional(Transactional.TxType.MANDATORY)
    public Tokens open(UUID userId, @Nullable UUID workspaceId, String method) {
        return withToken(begin(userId, workspaceId, method, fullTerm()));
    }

    /**
     * What a session has from the one before it.
     *
     * @param expiresAt when it ends at the latest
     * @param provedAt when the person proved who they are
     */
    public record Term(Instant expiresAt, Instant provedAt) {}

    /** Opens one for a caller who has one already, with what that one rests on: a browser goes over to it, a program has both. */
    @Transactional(Transactional.TxType.MANDATORY)
    Tokens openFor(Actor caller, UUID workspaceId, String method) {
        Term term = browsers.isCaller()
                ? endForSuccessor(caller.credential().id())
                : new Term(Objects.requireNonNull(caller.expiresAt()), Objects.requireNonNull(caller.provedAt()));
        return open(caller.user(), workspaceId, method, term);
    }

    /** Opens a session that goes on from the caller's, which {@link #endForSuccessor} has ended; a browser gets a new cookie for it. */
    @Transactional(Transactional.TxType.MANDATORY)
    public Tokens open(UUID userId, @Nullable UUID workspaceId, String method, Term term) {
        Session session = begin(userId, workspaceId, method, term);
        if (browsers.isCaller()) {
            browsers.moveTo(session);
            return Tokens.inCookie(session.workspaceId());
        }
        return withToken(session);
    }

    private Tokens withToken(Session session) {
        byte[] token = bytes();
        entities.persist(new RefreshToken(token, session.id(), session.userId(), 0));
        return tokens(session, token);
    }

    /** Opens a session that a browser holds by the cookie, in the transaction that proved the identity. */
    @Transactional(Transactional.TxType.MANDATORY)
    void openInBrowser(UUID userId, @Nullable UUID workspaceId, ProviderSignIn signIn) {
        String method = "oidc:" + signIn.provider().name();
        browsers.begin(begin(userId, workspaceId, method, fullTerm()), signIn);
    }

    private Term fullTerm() {
        Instant now = clock.instant();
        return new Term(now.plus(config.lifetime()), now);
    }

    private Session begin(UUID userId, @Nullable UUID workspaceId, String method, Term term) {
        Account account = entities.find(Account.class, userId);
        Session session = new Session(
                Ids.next(),
                userId,
                workspaceId,
                account.epoch(),
                bytes(),
                beginning(method, term),
                clock.instant(),
                term.expiresAt());
        entities.persist(session);
        audit.recordAs(
                Actor.Ref.user(userId),
                Actor.Ref.session(session.id()),
                new IdentityEvents.SessionCreated(session.id(), method));
        return session;
    }

    private Session.Beginning beginning(String method, Term term) {
        RequestFacts facts = Objects.requireNonNull(request.facts());
        return new Session.Beginning(
                method, facts.userAgent(), ClientAddress.network(facts.address()), term.provedAt());
    }

    /** New tokens for a refresh token; 401 for any that is not the newest, whose family then ends (R16). */
    Tokens refresh(KnownRefreshToken known, byte[] token) {
        return scope.asUser(known.userId(), known.workspaceId(), () -> refreshLocked(known, token))
                .orElseThrow(() -> new Problem(ErrorCode.UNAUTHENTICATED));
    }

    private Optional<Tokens> refreshLocked(KnownRefreshToken known, byte[] token) {
        Session session = entities.find(Session.class, known.sessionId(), LockModeType.PESSIMISTIC_WRITE);
        if (session == null || !stillMember(known)) {
            return Optional.empty();
        }
        Actor.Ref actor = Actor.Ref.user(known.userId());
        Actor.Ref credential = Actor.Ref.session(session.id());
        Instant now = clock.instant();
        return switch (session.use(known.generation(), known.accountEpoch(), now)) {
            case ROTATES -> {
                session.rotate(now);
                byte[] successor = successor(session, token, session.generation());
                entities.persist(new RefreshToken(successor, session.id(), session.userId(), session.generation()));
                audit.recordAs(
                        actor, credential, new IdentityEvents.SessionRefreshed(session.id(), session.generation()));
                yield Optional.of(tokens(session, successor));
            }
            case REPEATS -> Optional.of(tokens(session, successor(session, token, session.generation())));
            case REUSED -> {
                audit.recordAs(
                        actor,
                        credential,
                        new IdentityEvents.RefreshReused(session.id(), known.generation(), session.generation()));
                session.end(now);
                ended.fire(CredentialEnded.everywhere(session.id()));
                yield Optional.empty();
            }
            case ENDED -> Optional.empty();
        };
    }

    private boolean stillMember(KnownRefreshToken known) {
        return known.workspaceId() == null
                || lookups.session(known.sessionId())
                        .filter(facts -> facts.role() != null)
                        .isPresent();
    }

    Optional<KnownRefreshToken> find(byte[] token) {
        return lookups.refreshToken(RefreshToken.hash(token));
    }

    /**
     * Ends a session in favour of another one, once, and returns what that one goes on with. The account is locked, so that
     * nothing that ends all its sessions can pass between.
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public Term endForSuccessor(UUID sessionId) {
        Session session = entities.find(Session.class, sessionId, LockModeType.PESSIMISTIC_WRITE);
        Account account = entities.find(Account.class, session.userId(), LockModeType.PESSIMISTIC_READ);
        if (!session.lives(account.epoch(), clock.instant())) {
            throw new Problem(ErrorCode.UNAUTHENTICATED);
        }
        end(sessionId, "workspace_selected");
        return new Term(session.expiresAt(), session.provedAt());
    }

    /** Ends the caller's own session. */
    @Transactional
    public void end(UUID sessionId, String reason) {
        Session session = entities.find(Session.class, sessionId, LockModeType.PESSIMISTIC_WRITE);
        if (session.end(clock.instant())) {
            audit.record(new IdentityEvents.SessionEnded(sessionId, reason));
        }
        // Repeated, too: the first may have gone unanswered, not yet applied by a standby, which this one waits for.
        ended.fire(CredentialEnded.everywhere(sessionId));
    }

    /** Ends a session whose provider ended it, or says no to it. */
    @Transactional(Transactional.TxType.MANDATORY)
    void endByProvider(UUID sessionId, String reason) {
        Session session = entities.find(Session.class, sessionId, LockModeType.PESSIMISTIC_WRITE);
        if (session.end(clock.instant())) {
            audit.recordAs(Actor.Ref.user(session.userId()), null, new IdentityEvents.SessionEnded(sessionId, reason));
            ended.fire(CredentialEnded.everywhere(sessionId));
        }
    }

    /** Ends what somebody who was removed from a workspace and joins again still has there: it must not live again. */
    @Transactional(Transactional.TxType.MANDATORY)
    void endEarlier(UUID userId, UUID workspaceId) {
        Instant now = clock.instant();
        List<Session> earlier = entities.createQuery(
                        "from Session where userId = :user and workspaceId = :workspace and endedAt is null"
                                + " and expiresAt > :now",
                        Session.class)
                .setParameter("user", userId)
                .setParameter("workspace", workspaceId)
                .setParameter("now", now)
                .getResultList();
        for (Session session : earlier) {
            session.end(now);
            audit.recordAs(
                    Actor.Ref.user(userId), null, new IdentityEvents.SessionEnded(session.id(), "member_removed"));
        }
    }

    /** Ends all sessions of a person, in the transaction of its cause. */
    @Transactional
    void endAll(Account account, String reason) {
        account.endSessions();
        audit.recordAs(Actor.Ref.user(account.id()), null, new IdentityEvents.AllSessionsEnded(account.id(), reason));
        ended.fire(CredentialEnded.everywhere(account.id()));
    }

    private Tokens tokens(Session session, byte[] refreshToken) {
        return new Tokens(
                accessTokens.issue(session.userId(), session.id()),
                RefreshToken.text(refreshToken),
                config.accessToken().toSeconds(),
                session.workspaceId());
    }

    private static byte[] successor(Session session, byte[] parent, int generation) {
        byte[] info = ByteBuffer.allocate(4).putInt(generation).array();
        return Derivation.hkdf(parent, session.salt(), info, TOKEN_BYTES);
    }

    private byte[] bytes() {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        return bytes;
    }
}
