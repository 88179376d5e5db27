package io.muster.planted;

import java.nio.file.Path;
import java.util.Set;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherConstants;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// A process of its own: runs the tests of a module until one fails.
///
/// Exit status: 0 all hold, 1 one doesn't, and its name is the last line; 3 there are none.
public final class ModuleTests {
    private ModuleTests() {}

    /// @param args the directory with the test classes, and a pattern for their names, see [PlantedTable]
    public static void main(String[] args) {
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClasspathRoots(Set.of(Path.of(args[0]))))
                .filters(ClassNameFilter.excludeClassNamePatterns(".*IT"), (ClassNameFilter)
                        name -> org.junit.platform.engine.FilterResult.includedIf(PlantedTable.runs(args[1], name)))
                .configurationParameter(LauncherConstants.STACKTRACE_PRUNING_ENABLED_PROPERTY_NAME, "false")
                .build();
        var first = new UntilOneFails();
        LauncherFactory.create().execute(request, first);
        System.out.flush();
        Runtime.getRuntime().halt(first.ran == 0 ? 3 : 0);
    }

    private static final class UntilOneFails implements TestExecutionListener {
        private int ran;

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                String name = test.getSource()
                        .filter(MethodSource.class::isInstance)
                        .map(MethodSource.class::cast)
                        .map(m -> m.getClassName().replaceFirst(".*\\.", "") + "." + m.getMethodName())
                        .orElse(test.getDisplayName());
                result.getThrowable().ifPresent(why -> System.out.println(String.valueOf(why)));
                System.out.println(name);
                System.out.flush();
                Runtime.getRuntime().halt(1);
            }
            if (test.isTest()) {
                ran++;
            }
        }
    }
}
