package dev.serin.base.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.util.List;

class ClassArchiveTest {
    @Test
    void onlyWhatIsNeverWrittenIsGivenBack() {
        var maps =
                """
                800001000-801dd8000 rw-p 00001000 fe:00 5562581          /opt/serin/aot/proxy.aot
                801dd8000-8048fc000 r--p 01dd8000 fe:00 5562581          /opt/serin/aot/proxy.aot
                805000000-805001000 r--p 01dd8000 fe:00 5562581          /opt/aot/old.aot (deleted)
                7f0cdfb81000-7f0cdfc09000 rw-p 048fc000 fe:00 5562581    /opt/serin/aot/proxy.aot
                7f0ce0000000-7f0ce0021000 r--p 00000000 fe:00 42         /usr/lib/libc.so.6
                7f0ce0100000-7f0ce0121000 r--p 00000000 00:00 0
                """;
        assertEquals(
                List.of(
                        new ClassArchive.Region(0x801dd8000L, 0x8048fc000L),
                        new ClassArchive.Region(0x805000000L, 0x805001000L)),
                ClassArchive.regions(maps.lines()));
    }
}
