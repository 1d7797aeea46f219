// Writes a result file while a sweep runs: whole lines, appended.
//
// What a reader needs in order to lose nothing is in the file with the call that hands it over; a power loss may cost the last
// kSyncEveryMs. A seed counts as done only by the block that names it, and a block is written after the failures in it: a
// sweep that was killed in between runs those seeds again, and their failures are recognised.
//
// Threading: one thread.
// Errors: the first failure to write is kept in status(), and nothing is written after it.
#ifndef HARROW_SIM_HARNESS_SWEEP_JOURNAL_H_
#define HARROW_SIM_HARNESS_SWEEP_JOURNAL_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/harness/sweep/results.h"

namespace harrow::harness {

class Journal {
 public:
  static constexpr std::uint64_t kSyncEveryMs = 3000;

  enum class Mode : std::uint8_t {
    kNew,      // AlreadyExists when there is such a file
    kContinue  // an existing file; NotFound without one
  };
  // Opens the file and locks it against other writers. Unavailable: the system's reason, or another sweep writes it.
  static absl::StatusOr<std::unique_ptr<Journal>> Open(const std::string& path, Mode mode);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Cuts off what follows the first `whole_bytes`: a torn line.
  void CutTo(std::uint64_t whole_bytes);
  void Append(const std::string& lines);  // each with its newline
  void SyncWhenDue(std::uint64_t now_ms);
  void Sync();
  const absl::Status& status() const { return status_; }

 private:
  Journal(std::string path, int fd);

  const std::string path_;
  const int fd_;
  std::uint64_t synced_ms_ = 0;
  bool dirty_ = false;
  absl::Status status_;
};

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_JOURNAL_H_
