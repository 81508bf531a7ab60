package dev.serin.proxy.rbac;

import com.google.protobuf.Struct;

import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.Slots;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// What rules look at: a connection, or a request on one.
///
/// @param request null for a connection by itself
/// @param routeMetadata `filter_metadata` of the route; empty if there is none
public record Visit(
        Downstream downstream,
        @Nullable RequestHead request,
        Slots slots,
        Map<String, Struct> routeMetadata) {}
