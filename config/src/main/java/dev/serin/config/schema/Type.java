package dev.serin.config.schema;

import java.util.List;

/// What a value may be. How each travels in Kubernetes' protobuf form, for who decodes it, stands
/// with each.
public sealed interface Type permits Scalar, Type.Words, Type.ListType, Type.MapType, ObjectType {
    /// One of some words; a string in protobuf.
    record Words(List<String> words) implements Type {}

    /// A list; a repeated field in protobuf.
    ///
    /// @param mapKeys fields that tell its elements apart (`x-kubernetes-list-map-keys`); a
    ///   strategic merge uses the first
    /// @param merge how patches treat it
    record ListType(Type element, List<String> mapKeys, Merge merge) implements Type {}

    /// A map from strings; entries of key 1 and value 2 in protobuf. A value that is a list is a
    /// message whose field 1 is repeated.
    record MapType(Type value) implements Type {}

    /// How a patch treats a list.
    enum Merge {
        /// Replaced as a whole by both kinds of patch.
        ATOMIC,
        /// Elements with the same key are merged, by a strategic merge and by an apply.
        BY_KEY,
        /// Merged by key by an apply only.
        BY_KEY_APPLIED,
        /// Scalars that are merged as a set.
        SET
    }
}
