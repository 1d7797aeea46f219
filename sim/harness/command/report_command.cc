// The page goes to a file by a temporary one and a rename: a reader finds the old report or the new one, never a part.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "sim/harness/command/commands.h"
#include "sim/harness/command/exit_code.h"
#include "sim/harness/command/flags.h"
#include "sim/harness/command/report_child.h"
#include "sim/harness/command/scenario_argument.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/seed_text.h"

namespace harrow::harness {
namespace {

int Fail(int code, const std::string& message) {
  std::fprintf(stderr, "harrow report: %s\n", message.c_str());
  return code;
}

bool WriteFile(const std::string& path, std::string_view text) {
  const std::string temporary = path + ".tmp";
  std::FILE* const file = std::fopen(temporary.c_str(), "wb");
  if (file == nullptr) return false;
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (std::fclose(file) == 0 && written && std::rename(temporary.c_str(), path.c_str()) == 0)
    return true;
  const int error = errno;
  unlink(temporary.c_str());
  errno = error;
  return false;
}

int Save(const std::string& path, std::string_view page, int code) {
  if (WriteFile(path, page)) {
    std::printf("wrote %s\n", Printable(path).c_str());
    return code;
  }
  return Fail(kExitOutput, "--html: " + Printable(path) + ": " + std::strerror(errno));
}

int ReportRun(const std::string& program, const std::string& argument, const Scenario& scenario,
              const std::string& path) {
  RunReportOptions options;
  const bool file = IsFile(argument);
  options.title = file ? argument : "seed " + SeedText(scenario.seed);
  options.reproduce = program + " replay " + (file ? argument : SeedText(scenario.seed));
  for (const char* const flag : {"target", "profile", "strategy"}) {
    if (IsGiven(flag)) options.reproduce += " --" + std::string(flag) + "=" + TextFlag(flag);
  }
  const ReportedRun run = RunForReport(scenario, options);
  if (run.page.empty()) {
    return Fail(run.exit_code, run.error + "; what was recorded could not be drawn: try \"" +
                                   Printable(options.reproduce) + "\"");
  }
  if (!run.error.empty())
    Fail(run.exit_code, run.error + "; the report shows the steps up to there");
  return Save(path, run.page, run.exit_code);
}

}  // namespace

int ReportCommand(const std::string& program, const std::vector<std::string>& arguments) {
  const std::string path = TextFlag("html");
  if (path.empty()) {
    return Fail(kExitUsage,
                "--html: expected the file to write the report to, such as "
                "--html=report.html");
  }
  Scenario scenario;
  if (const int code = OneScenario("report", arguments, &scenario); code != kExitOk) return code;
  return ReportRun(program, arguments[0], scenario, path);
}

}  // namespace harrow::harness
