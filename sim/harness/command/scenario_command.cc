#include <cstdio>

#include "sim/harness/command/commands.h"
#include "sim/harness/command/exit_code.h"
#include "sim/harness/command/scenario_argument.h"
#include "sim/harness/scenario_text.h"

namespace harrow::harness {

int ScenarioCommand(const std::string&, const std::vector<std::string>& arguments) {
  Scenario scenario;
  if (const int code = OneScenario("scenario", arguments, &scenario); code != kExitOk) return code;
  std::fputs(ToText(scenario).c_str(), stdout);
  return kExitOk;
}

}  // namespace harrow::harness
