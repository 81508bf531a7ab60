package dev.serin.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.base.lifecycle.LeftOver;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Fails a test that leaves something alive in [LeftOver]. What closes on another thread is given a
/// bounded while.
public final class NothingLeft implements BeforeEachCallback, AfterEachCallback {
    private List<String> before = List.of();

    @Override
    public void beforeEach(ExtensionContext context) {
        before = LeftOver.list();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        var left = Eventually.poll(Duration.ofSeconds(5), this::left, List::isEmpty);
        assertEquals(List.of(), left, "left behind by this test");
    }

    private List<String> left() {
        var left = new ArrayList<>(LeftOver.list());
        before.forEach(left::remove);
        return left;
    }
}
