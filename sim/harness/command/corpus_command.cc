#include <cstdio>

#include "sim/harness/command/commands.h"
#include "sim/harness/command/corpus.h"
#include "sim/harness/command/exit_code.h"
#include "sim/harness/command/flags.h"
#include "sim/harness/scenario_text.h"

namespace harrow::harness {

int CorpusCommand(const std::string& program, const std::vector<std::string>& arguments) {
  const std::string what = arguments.empty() ? "" : arguments[0];
  if (what != "add" && what != "run") {
    std::fprintf(stderr, "harrow corpus: expected add or run, found \"%s\"\n",
                 Printable(what).c_str());
    return kExitUsage;
  }
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (what == "add") return AddToCorpus(program, rest);
  for (const char* const name :
       {"name", "known", "time", "jobs", "target", "profile", "strategy"}) {
    if (!IsGiven(name)) continue;
    std::fprintf(stderr, "harrow corpus run: --%s is a flag of corpus add\n", name);
    return kExitUsage;
  }
  return RunCorpus(program, rest);
}

}  // namespace harrow::harness
