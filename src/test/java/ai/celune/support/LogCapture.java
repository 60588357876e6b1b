package ai.celune.support;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;

/** Everything that is logged between start and close: all that our packages can say, and DEBUG of the libraries. */
public final class LogCapture extends Handler implements AutoCloseable {
    /** The test's own side of HTTP, which lives in the same process. */
    private static final List<String> NOT_THE_SERVICE = List.of("jdk.", "sun.", "com.sun.");

    /** Logger, thread, message, context, stack. */
    private static final Formatter FORM = new PatternFormatter("%c %t %s %X %e");

    private static final Logger ROOT = Logger.getLogger("");
    private static final Logger OURS = Logger.getLogger("ai.celune");

    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final Map<Handler, Level> quieted = new HashMap<>();
    private final Level rootLevel = ROOT.getLevel();

    private LogCapture() {}

    public static LogCapture start() {
        LogCapture capture = new LogCapture();
        capture.setLevel(Level.ALL);
        for (Handler console : ROOT.getHandlers()) {
            capture.quieted.put(console, console.getLevel());
            console.setLevel(Level.SEVERE);
        }
        ROOT.setLevel(Level.FINE);
        OURS.setLevel(Level.ALL);
        ROOT.addHandler(capture);
        return capture;
    }

    /** One element for each record: logger, thread, message with its parameters, context, and the stack of what was thrown. */
    public List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public void publish(LogRecord logged) {
        String logger = String.valueOf(logged.getLoggerName());
        if (NOT_THE_SERVICE.stream().noneMatch(logger::startsWith)) {
            lines.add(FORM.format(ExtLogRecord.wrap(logged)) + Arrays.toString(logged.getParameters()));
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        ROOT.removeHandler(this);
        ROOT.setLevel(rootLevel);
        OURS.setLevel(null);
        quieted.forEach(Handler::setLevel);
    }
}
