package ai.celune;

import ai.celune.embedded.ProviderKeyCommand;
import ai.celune.embedded.Run;
import ai.celune.embedded.Up;
import ai.celune.embedded.UpOptions;
import ai.celune.launcher.Arguments;
import ai.celune.launcher.Console;
import ai.celune.launcher.Refusal;
import ai.celune.tour.TourCommand;
import ai.celune.vaultsetup.VaultSetup;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;

/** The program. Without a command it serves, configured by its environment; the commands are for one machine. */
@QuarkusMain
public final class CeluneMain {
    CeluneMain() {}

    public static void main(String... args) {
        String command = args.length == 0 ? "serve" : args[0];
        if (command.equals("serve")) {
            Quarkus.run(args);
            return;
        }
        Console console = Console.standard();
        int exit;
        try {
            exit = dispatch(command, List.of(args).subList(1, args.length), console);
        } catch (Refusal refusal) {
            console.error("celune: " + refusal.getMessage());
            exit = refusal.exitCode();
        }
        // Live reload runs main again in the same process.
        if (LaunchMode.current() != LaunchMode.DEVELOPMENT) {
            System.exit(exit);
        }
    }

    private static int dispatch(String command, List<String> args, Console console) {
        if (args.contains("--help") && !command.equals("run")) {
            console.out(usage(command));
            return 0;
        }
        return switch (command) {
            case "up" -> new Up(UpOptions.parse(new Arguments(args)), console).run();
            case "tour" -> TourCommand.run(new Arguments(args), console);
            case "run" -> Run.run(args, console);
            case "provider-key" -> ProviderKeyCommand.run(args, System.getenv(), System.in, console);
            case "vault-setup" -> VaultSetup.run(new Arguments(args), System.getenv(), console);
            default -> throw Refusal.usage("unknown command '" + command + "'; ./celune help lists them");
        };
    }

    private static String usage(String command) {
        return switch (command) {
            case "up" -> UpOptions.USAGE;
            case "tour" -> TourCommand.USAGE;
            case "provider-key" -> ProviderKeyCommand.USAGE;
            case "vault-setup" -> VaultSetup.USAGE;
            default -> throw Refusal.usage("unknown command '" + command + "'; ./celune help lists them");
        };
    }
}
