package ai.celune.tenancy;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;

/** Whether a workspace may have one more of a thing, exactly: who creates one counts while nobody else of the workspace creates. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
public class Quotas {
    private final EntityManager entities;
    private final QuotaConfig config;

    Quotas(EntityManager entities, QuotaConfig config) {
        this.entities = entities;
        this.config = config;
    }

    /**
     * To be asked right before the new row is written, because the turn lasts until the transaction ends.
     *
     * @param existing counts what takes room now
     */
    public boolean haveRoom(ToIntFunction<QuotaConfig> most, LongSupplier existing) {
        entities.createNativeQuery("select id from workspace where id = app_workspace_id() for no key update")
                .getResultList();
        return existing.getAsLong() < most.applyAsInt(config);
    }
}
