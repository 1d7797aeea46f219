// What `harrow run` and `harrow merge` print and write of a sweep's results.
//
// Threading: main thread.
#ifndef HARROW_SIM_HARNESS_COMMAND_SWEEP_OUTPUT_H_
#define HARROW_SIM_HARNESS_COMMAND_SWEEP_OUTPUT_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/harness/command/exit_code.h"
#include "sim/harness/sweep/cause_groups.h"
#include "sim/harness/sweep/results.h"

namespace harrow::harness {

// A file that appears whole: it is written beside its place and renamed, unless a pipe or a device stands there. Opened before
// the work whose result it takes, so that a path that cannot be written is known at once.
class WholeFile {
 public:
  // Unavailable: the path and the system's reason.
  static absl::StatusOr<std::unique_ptr<WholeFile>> Open(const std::string& path);
  ~WholeFile();
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;

  absl::Status Write(const std::string& text);  // once

 private:
  WholeFile(std::string path, std::string temporary, int fd);

  const std::string path_;
  const std::string temporary_;
  int fd_;
};

// Whether seeds that are not there count: they do where files are joined, and a sweep itself may be asked to end early.
enum class Missing : std::uint8_t { kAllowed, kCounts };
ExitCode ExitCodeOf(const SweepResults& results, Missing missing);

// The outputs that --junit and --github ask for.
class CiOutput {
 public:
  // Opens what is to be written.
  static absl::StatusOr<CiOutput> FromFlags();
  // After the last line of the summary.
  absl::Status Write(const std::string& program, const SweepResults& results,
                     const std::vector<CauseGroup>& groups, const std::string& summary,
                     ExitCode code);

 private:
  std::unique_ptr<WholeFile> junit_;
  bool github_ = false;
};

// "the sweep was interrupted", "shard 3 is missing", …: why results without red seeds are no pass; empty for others.
std::string WhyNoPass(const SweepResults& results, ExitCode code);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_COMMAND_SWEEP_OUTPUT_H_
