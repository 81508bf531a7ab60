package dev.serin.config.codec;

import tools.jackson.databind.JsonNode;

/// One document of a text: its value and where each part of it stands.
///
/// @param file what errors call the text
public record Document(String file, JsonNode root, Positions positions) {}
