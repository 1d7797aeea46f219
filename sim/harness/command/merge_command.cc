// Files are read one after the other and joined; what is printed is what one sweep over all of it would have printed.
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/harness/command/commands.h"
#include "sim/harness/command/exit_code.h"
#include "sim/harness/command/flags.h"
#include "sim/harness/command/sweep_output.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/sweep/cause_groups.h"
#include "sim/harness/sweep/merge.h"
#include "sim/harness/sweep/results.h"
#include "sim/harness/sweep/sweep_text.h"

namespace harrow::harness {
namespace {

int Complain(const absl::Status& status, int code) {
  std::fprintf(stderr, "harrow merge: %s\n", std::string(status.message()).c_str());
  return code;
}

struct Joined {
  SweepResults results;
  bool builds_differ = false;
};

absl::StatusOr<Joined> JoinFiles(const std::vector<std::string>& paths) {
  Joined joined;
  for (std::size_t at = 0; at < paths.size(); ++at) {
    absl::StatusOr<ReadResults> read = ReadResultFile(paths[at]);
    if (!read.ok()) return read.status();
    if (at == 0) {
      joined.results = std::move(read->results);
      continue;
    }
    joined.builds_differ |= read->results.header.build != joined.results.header.build;
    const absl::Status status = JoinResults(read->results, &joined.results);
    if (!status.ok())
      return absl::InvalidArgumentError(Printable(paths[at]) + ": " +
                                        std::string(status.message()) + " as " +
                                        Printable(paths[0]));
  }
  return joined;
}

std::string Summary(const Joined& joined, std::size_t files,
                    const std::vector<CauseGroup>& groups) {
  std::string text = SummaryLine(joined.results, groups.size());
  text += "joined from " + std::to_string(files) + (files == 1 ? " file" : " files");
  text += ", " + std::to_string(joined.results.header.shards.size()) + " of " +
          std::to_string(joined.results.header.space.shard_count) + " shards\n";
  if (joined.builds_differ)
    text += "the files are of different builds: a seed gives the same run only on the same one\n";
  return text + OpenEnds(joined.results) + MissingText(joined.results);
}

}  // namespace

int MergeCommand(const std::string& program, const std::vector<std::string>& arguments) {
  if (arguments.empty())
    return Complain(absl::InvalidArgumentError("expected result files, found none"), kExitUsage);
  absl::StatusOr<Joined> joined = JoinFiles(arguments);
  if (!joined.ok()) return Complain(joined.status(), kExitBadInput);
  std::unique_ptr<WholeFile> out;
  if (const std::string path = TextFlag("out"); !path.empty()) {
    absl::StatusOr<std::unique_ptr<WholeFile>> file = WholeFile::Open(path);
    if (!file.ok())
      return Complain(absl::UnavailableError("--out: " + std::string(file.status().message())),
                      kExitOutput);
    out = *std::move(file);
  }
  absl::StatusOr<CiOutput> ci = CiOutput::FromFlags();
  if (!ci.ok()) return Complain(ci.status(), kExitOutput);
  const SweepResults& results = joined->results;
  const std::vector<CauseGroup> groups = GroupByCause(results);
  const ExitCode code = ExitCodeOf(results, Missing::kCounts);
  const std::string summary = Summary(*joined, arguments.size(), groups);
  std::printf("%s%s%sexercised:\n%s", summary.c_str(),
              CausesText(program, results.header, groups).c_str(), KnownText(results).c_str(),
              FormatCounts(results.total.counts).c_str());
  if (BoolFlag("meetings")) std::printf("%s", FormatMeetings(results.total.meetings).c_str());
  if (BoolFlag("marks"))
    std::printf("%s", FormatMarks(results.total.marks, results.header.target).c_str());
  absl::Status status = ci->Write(program, results, groups, summary, code);
  if (status.ok() && out != nullptr) status = out->Write(ResultFileText(results));
  return status.ok() ? code : Complain(status, kExitOutput);
}

}  // namespace harrow::harness
