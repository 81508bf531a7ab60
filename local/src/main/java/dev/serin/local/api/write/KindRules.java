package dev.serin.local.api.write;

import dev.serin.config.Resource;
import dev.serin.local.api.kind.ServedKind;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

/// What a kind wants of its resources beyond what is true of all: defaults, checks, and things that
/// may be given once only (a Service's address).
public interface KindRules {
    /// Fills in what follows from the kind alone.
    void fill(ServedKind served, ObjectNode body);

    /// Fills in what the writer left out; idempotent.
    ///
    /// @param old null for a creation
    void prepare(Intent intent, ServedKind served, ObjectNode body, @Nullable Resource old);

    /// @throws dev.serin.local.api.Refusal 422 with every violation
    void validate(Intent intent, ServedKind served, ObjectNode body, @Nullable Resource old);

    /// Allots what the body needs; given back unless kept.
    Reserved reserve(Intent intent, ServedKind served, ObjectNode body);

    /// Things allotted to one write.
    interface Reserved extends AutoCloseable {
        Reserved NOTHING =
                new Reserved() {
                    @Override
                    public void keep() {}

                    @Override
                    public void close() {}
                };

        void keep();

        @Override
        void close();
    }

    /// No rules.
    KindRules NONE =
            new KindRules() {
                @Override
                public void fill(ServedKind served, ObjectNode body) {}

                @Override
                public void prepare(
                        Intent intent,
                        ServedKind served,
                        ObjectNode body,
                        @Nullable Resource old) {}

                @Override
                public void validate(
                        Intent intent,
                        ServedKind served,
                        ObjectNode body,
                        @Nullable Resource old) {}

                @Override
                public Reserved reserve(Intent intent, ServedKind served, ObjectNode body) {
                    return Reserved.NOTHING;
                }
            };
}
