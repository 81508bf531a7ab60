package dev.serin.conformance.endtoend;

import java.io.IOException;
import java.nio.file.Path;

class SidecarsInPodsTest extends SidecarsTest {
    @Override
    Person person(Path folder) throws IOException {
        return Person.ordinary(folder, "serin-e2e");
    }

    @Override
    String proxyCommand() {
        return "proxy sidecar";
    }

    @Override
    String[] options() {
        return new String[] {"--sidecars=process"};
    }
}
