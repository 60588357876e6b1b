package empty;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

@Path("/empty")
public class Empty {
    @GET
    public String answer() {
        return "{}";
    }
}
