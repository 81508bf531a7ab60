package dev.serin.proxy.route;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.extension.ConfigProblem;

import org.junit.jupiter.api.Test;

class RegexTest {
    private static String refused(String regex) {
        var problem = assertThrows(ConfigProblem.class, () -> Regex.compile(regex), regex);
        return String.valueOf(problem.getMessage());
    }

    @Test
    void countsThatAreNestedDoNotMultiplyForEver() {
        for (var bomb :
                new String[] {
                    "((a{100}){100}){100}",
                    "(a{1000}){1000}",
                    "(?:(?:[a-z]{50}){50}){50}",
                    "(\\d{2}x{40}){30,}{2}",
                    "((a{0,100}){0,100})"
                }) {
            assertTrue(refused(bomb).contains("counts nested"), bomb);
        }
    }

    @Test
    void aProgramHasABound() {
        assertTrue(refused("(" + "abcdefghij".repeat(20) + "){1000}").contains("steps"));
        assertTrue(refused("(\\Q" + "(x){2}".repeat(40) + "\\E){1000}").contains("steps"));
    }

    @Test
    void whatIsUsualPasses() throws ConfigProblem {
        assertTrue(Regex.compile("/v[0-9]{1,3}/[^/]+(?:/x){0,1000}").matches("/v1/abc/x"));
        assertTrue(Regex.compile("(a{10}){100}").matches("a".repeat(1000)));
        assertTrue(Regex.compile("[]{}]{2}\\{3}[[:alpha:]{9999}]").matches("}{{3}a"));
        assertTrue(Regex.compile("a{,2}").matches("a{,2}"));
        assertTrue(Regex.compile("\\p{Lu}\\x{41}").matches("BA"));
    }

    @Test
    void whatIsNoneIsRefusedByTheLibrary() {
        assertTrue(refused("(a").contains("is no RE2 expression"));
        assertTrue(refused("a{1001}").contains("1000"));
        assertTrue(refused("a)").contains("is no RE2 expression"));
        assertTrue(refused("(?=a)").contains("is no RE2 expression"));
    }
}
