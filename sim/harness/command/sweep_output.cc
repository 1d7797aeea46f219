#include "sim/harness/command/sweep_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "sim/harness/command/flags.h"
#include "sim/harness/command/text_file.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/sweep/ci_formats.h"
#include "sim/harness/sweep/sweep_text.h"

namespace harrow::harness {
namespace {

absl::Status Failed(const std::string& path) {
  return absl::UnavailableError(Printable(path) + ": " + std::strerror(errno));
}

}  // namespace

WholeFile::WholeFile(std::string path, std::string temporary, int fd)
    : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd) {}

WholeFile::~WholeFile() {
  if (fd_ < 0) return;
  close(fd_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

absl::StatusOr<std::unique_ptr<WholeFile>> WholeFile::Open(const std::string& path) {
  const bool special = IsSpecial(path);
  const std::string temporary = special ? "" : path + "." + std::to_string(getpid()) + ".tmp";
  const int fd = special ? open(path.c_str(), O_WRONLY | O_CLOEXEC)
                         : open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return Failed(path);
  return std::unique_ptr<WholeFile>(new WholeFile(path, temporary, fd));
}

absl::Status WholeFile::Write(const std::string& text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t size = write(fd_, text.data() + written, text.size() - written);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return Failed(path_);
    written += static_cast<std::size_t>(size);
  }
  if (temporary_.empty()) return absl::OkStatus();
  if (fsync(fd_) != 0 || rename(temporary_.c_str(), path_.c_str()) != 0) return Failed(path_);
  close(fd_);
  fd_ = -1;
  return absl::OkStatus();
}

ExitCode ExitCodeOf(const SweepResults& results, Missing missing) {
  const auto any = [&results](ExitCode code) {
    return std::any_of(
        results.failures.begin(), results.failures.end(),
        [code](const Failure& failure) { return ExitCodeOf(failure.what.kind) == code; });
  };
  for (const ExitCode code :
       {kExitRuleBroken, kExitTargetDied, kExitNotDeterministic, kExitUnserved}) {
    if (any(code)) return code;
  }
  const bool gaps = missing == Missing::kCounts &&
                    (results.MissingSeeds() != 0 || !MissingShards(results.header).empty());
  const bool interrupted = missing == Missing::kAllowed && !results.sessions.empty() &&
                           results.sessions.back().end.has_value() &&
                           results.sessions.back().end->reason == EndReason::kInterrupted;
  if (interrupted) return kExitInterrupted;
  return results.unknown.empty() && UnfinishedSeeds(results).empty() && !gaps ? kExitOk
                                                                              : kExitUnknown;
}

std::string WhyNoPass(const SweepResults& results, ExitCode code) {
  if (code == kExitInterrupted) return "the sweep was interrupted";
  if (code != kExitUnknown) return {};
  std::string text = OpenEnds(results) + MissingText(results);
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

absl::StatusOr<CiOutput> CiOutput::FromFlags() {
  CiOutput output;
  const char* const actions = std::getenv("GITHUB_ACTIONS");
  output.github_ = IsGiven("github") ? BoolFlag("github")
                                     : actions != nullptr && std::string_view(actions) == "true";
  if (const std::string path = TextFlag("junit"); !path.empty()) {
    absl::StatusOr<std::unique_ptr<WholeFile>> file = WholeFile::Open(path);
    if (!file.ok())
      return absl::UnavailableError("--junit: " + std::string(file.status().message()));
    output.junit_ = *std::move(file);
  }
  return output;
}

absl::Status CiOutput::Write(const std::string& program, const SweepResults& results,
                             const std::vector<CauseGroup>& groups, const std::string& summary,
                             ExitCode code) {
  CiReport report;
  report.program = program;
  report.results = &results;
  report.groups = &groups;
  report.summary = summary;
  report.incomplete = WhyNoPass(results, code);
  if (github_) std::fputs(GitHubAnnotations(report).c_str(), stdout);
  if (junit_ == nullptr) return absl::OkStatus();
  absl::Status status = junit_->Write(JUnitXml(report));
  if (status.ok()) return status;
  return absl::UnavailableError("--junit: " + std::string(status.message()));
}

}  // namespace harrow::harness
