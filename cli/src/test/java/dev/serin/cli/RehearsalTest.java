package dev.serin.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.ProxyRuntime;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.util.Map;

class RehearsalTest {
    @Test
    void theProxyTakesItsBootstrapAndCarriesItsTraffic() {
        var err = new ByteArrayOutputStream();
        var console = new Console(Spoken.stream(new ByteArrayOutputStream()), Spoken.stream(err));
        try (var machine = ProxyRuntime.ofMachine(1)) {
            Rehearsal.run(machine.runtime(), console, 3);
        }
        assertEquals("", Spoken.text(err));
    }

    @Test
    void onlyAProxyThatIsRecordedRehearses() {
        assertTrue(Rehearsal.wanted(Map.of("SERIN_AOT_RECORD", "command supervisor proxy")));
        assertFalse(Rehearsal.wanted(Map.of("SERIN_AOT_RECORD", "serve")));
        assertFalse(Rehearsal.wanted(Map.of()));
    }
}
