package dev.serin.conformance.endtoend;

import java.io.IOException;
import java.nio.file.Path;

class TutorialAsOrdinaryUserTest extends TutorialTest {
    @Override
    Person person(Path folder) throws IOException {
        return Person.ordinary(folder, "serin-e2e");
    }
}
