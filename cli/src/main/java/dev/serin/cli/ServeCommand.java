package dev.serin.cli;

import dev.serin.base.lifecycle.Drain;
import dev.serin.local.host.Signals;
import dev.serin.modelserver.ServeMain;

import picocli.CommandLine.Command;

import java.util.List;

/// `serin serve`: the model server with TensorFlow Serving's flags, which are its own to read.
@Command(
        name = "serve",
        description = {
            "Serves models, with TensorFlow Serving's flags and answers.",
            "",
            "  serin serve --model_name=digits --model_base_path=/models/digits"
                    + " --rest_api_port=8501",
            ""
        })
final class ServeCommand implements Runnable {
    /// Runs it on the words after `serve`, and answers its exit code.
    static int serve(Console console, List<String> flags) {
        var stop = new Drain();
        Signals.onEnd(stop::start);
        return ServeMain.run(flags.toArray(String[]::new), System.getenv(), console.out(), stop);
    }

    /// Only for the list of commands and `help`: [Main] takes the words of `serve` before they are
    /// read as options.
    @Override
    public void run() {}
}
