// A sweep's results for continuous integration: JUnit XML, and annotations of GitHub Actions.
//
// Threading: pure functions.
// Sources: the JUnit schema that Jenkins, GitLab and GitHub's reporters read (testsuites, testsuite, testcase, failure, error,
// system-out); GitHub's "workflow commands".
#ifndef HARROW_SIM_HARNESS_SWEEP_CI_FORMATS_H_
#define HARROW_SIM_HARNESS_SWEEP_CI_FORMATS_H_

#include <string>
#include <vector>

#include "sim/harness/sweep/cause_groups.h"
#include "sim/harness/sweep/results.h"

namespace harrow::harness {

struct CiReport {
  std::string program;  // for the commands that reproduce
  const SweepResults* results = nullptr;
  const std::vector<CauseGroup>* groups = nullptr;
  std::string summary;     // text, for people
  std::string incomplete;  // why a sweep without red seeds is no pass; empty: it is one
};

// One suite: a case for the sweep as a whole, and one that fails for each cause. ASCII, well formed whatever the texts hold.
std::string JUnitXml(const CiReport& report);

// A line for each cause, "::error title=…::…"; one "::warning …" for an incomplete sweep.
std::string GitHubAnnotations(const CiReport& report);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_CI_FORMATS_H_
