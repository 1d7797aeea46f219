// The results of a sweep so far, in memory and, where there is one, in its result file.
//
// Threading: one thread.
// Errors: of the file, in status().
#ifndef HARROW_SIM_HARNESS_SWEEP_SWEEP_RECORD_H_
#define HARROW_SIM_HARNESS_SWEEP_SWEEP_RECORD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/harness/sweep/journal.h"
#include "sim/harness/sweep/pending_done.h"
#include "sim/harness/sweep/results.h"

namespace harrow::harness {

// A hash of this program's bytes: two builds of one text are the same only when they are the same program.
std::uint64_t BuildOfThisProgram();

class SweepRecord {
 public:
  // In memory only.
  explicit SweepRecord(const SweepHeader& header);

  enum class Mode : std::uint8_t {
    kNew,    // AlreadyExists when there is such a file
    kResume  // goes on with it where there is one
  };
  // FailedPrecondition: the file is of a sweep with other options, or of another build. InvalidArgument: it is damaged.
  // Unavailable: the system's reason.
  static absl::StatusOr<std::unique_ptr<SweepRecord>> Open(const std::string& path, Mode mode,
                                                           const SweepHeader& header);

  void Begin(std::uint32_t jobs);  // a session of the shard of the header
  void Done(const DoneSeed& seed);
  void Failed(const Failure& failure);
  void Shrunk(ShrunkCause shrunk);
  void Tick(std::uint64_t elapsed_ms);  // a few times a second
  void End(const SessionEnd& end);

  std::uint32_t session() const { return static_cast<std::uint32_t>(results_.sessions.size()); }
  // Seeds that earlier sessions had done.
  std::uint64_t done_before() const { return done_before_; }
  const SweepResults& results() const { return results_; }
  SweepResults* mutable_results() { return &results_; }
  absl::Status status() const;

 private:
  void Append(const std::vector<DoneBlock>& blocks);

  SweepResults results_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<PendingDone> pending_;
  std::uint64_t done_before_ = 0;
};

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_SWEEP_RECORD_H_
