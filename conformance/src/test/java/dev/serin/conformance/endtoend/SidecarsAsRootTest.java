package dev.serin.conformance.endtoend;

import java.io.IOException;
import java.nio.file.Path;

class SidecarsAsRootTest extends SidecarsTest {
    @Override
    Person person(Path folder) throws IOException {
        return Person.self(folder);
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
