package dev.serin.conformance.endtoend;

import java.io.IOException;
import java.nio.file.Path;

class SidecarsAsOrdinaryUserTest extends SidecarsTest {
    @Override
    Person person(Path folder) throws IOException {
        return Person.ordinary(folder, "serin-e2e");
    }

    @Override
    String proxyCommand() {
        return "proxy host";
    }

    @Override
    String[] options() {
        return new String[] {"--sidecars=shared"};
    }
}
