package ai.celune;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** The program. */
@QuarkusMain
public final class CeluneMain {
    private CeluneMain() {}

    public static void main(String... args) {
        Quarkus.run(args);
    }
}
