// A process that runs scenarios, one after the other, and the parent's handle on it. A scenario that kills it or makes it hang is
// an answer; the handle then starts another.
//
// The scenario goes over as text in memory that both share, and what the run showed comes back the same way; two pipes say whose
// turn it is, so that neither side ever waits for the other to make room.
//
// Threading: single-threaded parent.
// Invariants:
//  1. At most one scenario is out at a time.
//  2. No worker outlives its handle, or its parent.
#ifndef HARROW_SIM_HARNESS_SHRINK_TRIAL_WORKER_H_
#define HARROW_SIM_HARNESS_SHRINK_TRIAL_WORKER_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sim/harness/known_findings.h"
#include "sim/harness/scenario.h"
#include "sim/harness/shrink/trials.h"

namespace harrow::harness {

enum class TrialMode : std::uint8_t {
  kOnce,
  kTwice,    // in one process; two hashes are a failure
  kRecorded  // with the departures from the default schedule
};

struct Answer {
  Trial trial;
  Deviations deviations;  // kRecorded, of a run that ended
  bool understood =
      true;  // false: the scenario did not survive being printed and parsed, or is too large
  std::uint64_t unknown = 0;  // checks that reached a bound
  std::uint64_t wall_ms = 0;
};

// When a run counts as hung. Processor time is what a spinning target uses up whatever else the machine does; wall time is for one
// that sleeps.
struct HangBound {
  std::uint64_t cpu_ms = 10'000;
  std::uint64_t wall_ms = 10'000;
};

class TrialWorker {
 public:
  // What is known counts as no failure; it outlives this.
  explicit TrialWorker(const KnownFindings* known);
  ~TrialWorker();
  TrialWorker(const TrialWorker&) = delete;
  TrialWorker& operator=(const TrialWorker&) = delete;

  // Starts a process if there is none. `text` is the scenario.
  void Send(const std::string& text, TrialMode mode);
  bool busy() const { return busy_; }
  int answers() const {
    return answers_;
  }  // readable when there is an answer, or the end of the process
  // The answer, if it has come; or that the process died, or that it hung by this bound and was killed.
  std::optional<Answer> Poll(const HangBound& hang);
  void Kill();

 private:
  struct Shared;
  void Start();
  [[noreturn]] void Serve(int requests, int answers) const;
  void Run() const;
  Answer Read() const;
  Answer Dead(bool hung, const HangBound& hang);
  bool IsHung(const HangBound& hang) const;
  void Reap(int* status);

  const KnownFindings* const known_;
  Shared* shared_ = nullptr;
  pid_t pid_ = -1;
  int requests_ = -1;
  int answers_ = -1;
  bool busy_ = false;
  std::uint64_t sent_ms_ = 0;
  std::uint64_t looked_ms_ = 0;  // when Poll was called last
  std::uint64_t waited_ms_ = 0;  // for the answer, as far as it counts
  std::uint64_t cpu_before_ms_ = 0;
};

// Monotonic.
std::uint64_t WallMs();

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SHRINK_TRIAL_WORKER_H_
