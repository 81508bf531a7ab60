package dev.serin.conformance.endtoend;

import java.io.IOException;
import java.nio.file.Path;

class CanaryAsOrdinaryUserTest extends CanaryTest {
    @Override
    Person person(Path folder) throws IOException {
        return Person.ordinary(folder, "serin-e2e");
    }
}
