package ai.celune.audit;

import jakarta.persistence.PersistenceException;
import java.sql.SQLException;

/** PostgreSQL did not take an entry, so the change that it tells of is rolled back (G3). */
public class NotRecordedException extends PersistenceException {
    private static final long serialVersionUID = 1L;

    NotRecordedException(SQLException cause) {
        super(cause);
    }
}
