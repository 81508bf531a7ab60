package dev.serin.conformance.recorded;

/// What a command left behind.
///
/// @param exit `interrupted` where it was
record Outcome(String exit, String out, String err) {
    /// A text with everything replaced that may differ between two plays of the same.
    static String normal(String text) {
        return text.replaceAll("<(uid|rv)-\\d+>", "<$1>")
                .replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uid>")
                .replaceAll("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z", "<time>")
                .replaceAll("\\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d [+]0000", "<time>")
                .replaceAll("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d[.]\\d+ [+]0000", "<time>")
                .replaceAll("([rR]esource ?[vV]ersion\"?: *)\"?(\\d+|<rv>)\"?", "$1<rv>")
                .replaceAll("\"continue\": ?\"[^\"]+\"", "\"continue\": \"<token>\"")
                .replaceAll("(/tmp|TMPDIR)/(LIVE|MERGED)-?\\d*", "TMPDIR/$2")
                .replaceAll("10\\.(96|210)\\.\\d+\\.\\d+", "<cluster-ip>")
                .replaceAll("http://(127\\.0\\.0\\.1:\\d+|server:8001)", "<server>")
                .replaceAll("\\b(gen-|kube-api-access-)[a-z0-9]{5}\\b", "$1<word>")
                .replaceAll("eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+|<jwt>", "<token>")
                .replaceAll(
                        "(?s)(-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----|<PEM"
                                + " CERTIFICATE>)\\s*",
                        "<PEM>")
                .replace("<date>", "<time>")
                .replaceAll("(?m)(?<![\\w=-])\\d+(s|m\\d*s?|h\\d*m?|d\\d*h?)(?=[\\s),]|$)", "<age>")
                .replaceAll("<(invalid|unknown)>(?=\\s|\\))", "<age>")
                .replaceAll("(?m)[ ]+$", "")
                .replaceAll(" {2,}", "  ");
    }
}
