package dev.serin.conformance.kubernetes;

import java.util.List;

/// Two texts, line by line.
public final class Lines {
    private Lines() {}

    /// Empty when they are equal; else the lines of one (`-`), of the other (`+`) and of both, by
    /// their longest common subsequence, without the common lines far from any difference.
    public static String difference(String one, String other) {
        if (one.equals(other)) {
            return "";
        }
        var a = one.lines().toList();
        var b = other.lines().toList();
        var common = common(a, b);
        var said = new StringBuilder();
        var i = 0;
        var j = 0;
        while (i < a.size() || j < b.size()) {
            if (i < a.size() && j < b.size() && a.get(i).equals(b.get(j))) {
                if (!sameAround(a, b, i, j)) {
                    said.append("  ").append(a.get(i)).append('\n');
                }
                i++;
                j++;
            } else if (j >= b.size() || i < a.size() && common[i + 1][j] >= common[i][j + 1]) {
                said.append("- ").append(a.get(i++)).append('\n');
            } else {
                said.append("+ ").append(b.get(j++)).append('\n');
            }
        }
        return said.isEmpty() ? "(the last line's end differs)\n" : said.toString();
    }

    /// Whether the lines before and after are equal too.
    private static boolean sameAround(List<String> a, List<String> b, int i, int j) {
        var next = i + 1 == a.size() && j + 1 == b.size() || same(a, b, i + 1, j + 1);
        return next && (i == 0 && j == 0 || same(a, b, i - 1, j - 1));
    }

    private static boolean same(List<String> a, List<String> b, int i, int j) {
        return i >= 0 && j >= 0 && i < a.size() && j < b.size() && a.get(i).equals(b.get(j));
    }

    /// How long the longest common subsequence is from each pair of lines on.
    private static int[][] common(List<String> a, List<String> b) {
        var length = new int[a.size() + 1][b.size() + 1];
        for (var i = a.size() - 1; i >= 0; i--) {
            for (var j = b.size() - 1; j >= 0; j--) {
                length[i][j] =
                        a.get(i).equals(b.get(j))
                                ? length[i + 1][j + 1] + 1
                                : Math.max(length[i + 1][j], length[i][j + 1]);
            }
        }
        return length;
    }
}
