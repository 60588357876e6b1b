package ai.celune.tenancy;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;

/** A transaction of its own around a piece of work; any exception rolls it back. */
@ApplicationScoped
public class Transactions {
    /** What is done inside. */
    @FunctionalInterface
    public interface Work<T, E extends Exception> {
        T run() throws E;
    }

    @Transactional(value = Transactional.TxType.REQUIRES_NEW, rollbackOn = Exception.class)
    public <T, E extends Exception> T inNew(Work<T, E> work) throws E {
        return work.run();
    }
}
