// A corpus: a folder of scenario files, each NAME.scenario, that are run again whenever the code changes. A scenario demands that
// every rule holds, or with the setting "expect" that this rule is broken.
//
// Threading: main thread.
#ifndef HARROW_SIM_HARNESS_COMMAND_CORPUS_H_
#define HARROW_SIM_HARNESS_COMMAND_CORPUS_H_

#include <string>
#include <vector>

namespace harrow::harness {

// Runs what fails, shrinks it and writes it to the corpus, with a comment on how it failed. Nothing is written for a scenario that
// does not fail, or over a file that is there. Interrupted, it writes the smallest so far.
int AddToCorpus(const std::string& program, const std::vector<std::string>& arguments);

// Runs files, and the scenarios of folders in the order of their names; those of --folder when none is given. Each twice, in a
// process of its own: one that crashes or hangs costs none of the others. One line for each, and a report of what was not expected.
// The exit code is the first of these that was met: 10 a rule broken that was not expected, 11, 12, 15, 17 a rule held that was
// expected to be broken, 21 a file that cannot be read, 13, 14.
int RunCorpus(const std::string& program, const std::vector<std::string>& paths);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_COMMAND_CORPUS_H_
