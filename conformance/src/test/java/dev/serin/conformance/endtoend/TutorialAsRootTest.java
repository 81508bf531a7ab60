package dev.serin.conformance.endtoend;

import java.io.IOException;
import java.nio.file.Path;

class TutorialAsRootTest extends TutorialTest {
    @Override
    Person person(Path folder) throws IOException {
        return Person.self(folder);
    }
}
