package dev.serin.cli;

/// Where every role of the product starts.
final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.out.println("serin " + String.join(" ", args));
    }
}
