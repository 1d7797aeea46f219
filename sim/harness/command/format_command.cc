// Every file is looked at, whatever is wrong with those before it; the exit code is the worst of what was met.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "sim/harness/command/commands.h"
#include "sim/harness/command/exit_code.h"
#include "sim/harness/command/flags.h"
#include "sim/harness/command/scenario_argument.h"
#include "sim/harness/command/text_file.h"
#include "sim/harness/scenario_format.h"
#include "sim/harness/scenario_text.h"

namespace harrow::harness {
namespace {

int Complain(const absl::Status& status, int code) {
  std::fprintf(stderr, "harrow format: %s\n", std::string(status.message()).c_str());
  return code;
}

int FormatFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return Complain(text.status(), kExitBadInput);
  const absl::StatusOr<std::string> formatted = FormatScenario(path, *text);
  if (!formatted.ok()) return Complain(formatted.status(), kExitBadInput);
  if (*formatted == *text) return kExitOk;
  const std::string shown = Printable(path);
  if (BoolFlag("check")) {
    std::printf("%s: not in canonical layout\n", shown.c_str());
    return kExitNotFormatted;
  }
  if (const absl::Status status = ReplaceFile(path, *formatted); !status.ok())
    return Complain(status, kExitOutput);
  std::printf("%s: formatted\n", shown.c_str());
  return kExitOk;
}

}  // namespace

int FormatCommand(const std::string&, const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    std::fprintf(stderr, "harrow format: expected scenario files, found none\n");
    return kExitUsage;
  }
  int code = kExitOk;
  for (const std::string& path : arguments) code = std::max(code, FormatFile(path));
  return code;
}

}  // namespace harrow::harness
