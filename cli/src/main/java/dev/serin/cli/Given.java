package dev.serin.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

record Given() {
    static Given read(List<Path> files, Console console) {
        return new Given();
    }

    void write(Path file) throws IOException {}
}
