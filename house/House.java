import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.puppycrawl.tools.checkstyle.AbstractAutomaticBean;
import com.puppycrawl.tools.checkstyle.Checker;
import com.puppycrawl.tools.checkstyle.ConfigurationLoader;
import com.puppycrawl.tools.checkstyle.DefaultLogger;
import com.puppycrawl.tools.checkstyle.PropertiesExpander;

/// The house check: format, then the rules of house-rules.xml and import-control.xml, in one JVM over the whole tree.
/// `java house/House.java check|apply|skip ROOT [FOLDER]`, where FOLDER limits it to one module.
void main(String[] args) throws Exception {
    if (args[0].equals("skip")) {
        return;
    }
    var apply = args[0].equals("apply");
    var root = Path.of(args[1]);
    var from = args.length > 2 && !args[2].isEmpty() ? root.resolve(args[2]) : root;
    List<Path> files;
    try (var walk = Files.walk(from)) {
        files = walk.filter(p -> p.toString().endsWith(".java"))
                .filter(p -> p.toString().contains("/src/") && !p.toString().contains("/target/"))
                .sorted()
                .toList();
    }
    var unformatted = files.parallelStream().filter(f -> !formatted(f, apply)).toList();
    if (!apply && !unformatted.isEmpty()) {
        unformatted.forEach(f -> IO.println("not formatted: " + root.relativize(f)));
        IO.println("cure: mvn -N process-sources -Dhouse=apply");
    }
    var errors = rules(root, files);
    if (errors > 0 || (!apply && !unformatted.isEmpty())) {
        System.exit(1);
    }
}

/// Whether the file is as the formatter writes it; with `apply` it is afterwards.
boolean formatted(Path file, boolean apply) {
    try {
        var before = Files.readString(file);
        var style = JavaFormatterOptions.builder().style(JavaFormatterOptions.Style.AOSP).build();
        var after = new Formatter(style).formatSourceAndFixImports(before);
        if (apply && !after.equals(before)) {
            Files.writeString(file, after);
        }
        return after.equals(before);
    } catch (Exception e) {
        throw new IllegalStateException(file + ": " + e.getMessage(), e);
    }
}

/// Runs the rules and answers how many were broken.
int rules(Path root, List<Path> files) throws Exception {
    var properties = new Properties();
    properties.setProperty("import.control.file", root.resolve("house/import-control.xml").toString());
    properties.setProperty("suppressions.file", root.resolve("house/suppressions.xml").toString());
    var checker = new Checker();
    checker.setModuleClassLoader(Checker.class.getClassLoader());
    checker.configure(ConfigurationLoader.loadConfiguration(
            root.resolve("house/house-rules.xml").toString(), new PropertiesExpander(properties)));
    checker.addListener(new DefaultLogger(System.out, AbstractAutomaticBean.OutputStreamOptions.NONE));
    var errors = checker.process(files.stream().map(Path::toFile).toList());
    checker.destroy();
    return errors;
}
