package ai.celune.usage;

import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyWriter;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Usage as a table to download (RFC 4180), in which no cell is a formula to a spreadsheet. */
@Provider
@Produces(UsageCsv.TYPE)
public class UsageCsv implements MessageBodyWriter<UsageView> {
    static final String TYPE = "text/csv";

    private static final String HEAD = "day,providerKeyId,principalId,credentialId,model,requests,inputTokens,"
            + "outputTokens,bytesIn,bytesOut,durationMillis,lowerBounds,unknownEnds";

    @Override
    public boolean isWriteable(Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
        return type == UsageView.class;
    }

    @Override
    public void writeTo(
            UsageView usage,
            Class<?> type,
            Type generic,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, Object> headers,
            OutputStream out)
            throws IOException {
        headers.putSingle(
                HttpHeaders.CONTENT_DISPOSITION,
                "attachment; filename=\"celune-usage-%s-%s.csv\""
                        .formatted(
                                LocalDate.ofInstant(usage.from(), ZoneOffset.UTC),
                                LocalDate.ofInstant(usage.to(), ZoneOffset.UTC)));
        out.write(table(usage).getBytes(StandardCharsets.UTF_8));
    }

    static String table(UsageView usage) {
        return Stream.concat(Stream.of(HEAD), usage.items().stream().map(UsageCsv::row))
                .collect(Collectors.joining("\r\n", "", "\r\n"));
    }

    private static String row(UsageItem item) {
        return Stream.of(
                        item.day(),
                        item.providerKeyId(),
                        item.principalId(),
                        item.credentialId(),
                        item.model(),
                        item.requests(),
                        item.inputTokens(),
                        item.outputTokens(),
                        item.bytesIn(),
                        item.bytesOut(),
                        item.durationMillis(),
                        item.lowerBounds(),
                        item.unknownEnds())
                .map(UsageCsv::cell)
                .collect(Collectors.joining(","));
    }

    /** What a spreadsheet would take for a formula becomes text by an apostrophe. */
    private static String cell(@Nullable Object value) {
        String text = value == null ? "" : value.toString();
        String safe = text.matches("(?s)[=+\\-@\\t\\r].*") ? "'" + text : text;
        return safe.matches("(?s).*[\",\\r\\n].*") ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
    }
}
