package dev.serin.config.set;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.config.Resource;

import java.util.List;

/// What a set of files came to.
///
/// @param resources in the order in which they are to be applied, old forms brought up to date, a
///   namespace in each that needs one; empty where there is any problem, for a set is taken whole
///   or not at all
/// @param problems what is wrong
/// @param findings what is doubtful
public record SetResult(List<Resource> resources, List<Problem> problems, List<Finding> findings) {
    public boolean ok() {
        return problems.isEmpty();
    }

    /// The resources, or a [ProblemException] with all problems.
    public List<Resource> orThrow() {
        if (!ok()) {
            throw new ProblemException(problems);
        }
        return resources;
    }
}
