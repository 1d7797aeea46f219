// A worker of a sweep as its parent holds it: a process, the pipe it reports through, and a file that catches its outputs.
//
// Threading: the parent's one thread.
// Invariants: the process does not outlive its parent, and shares no descriptor with its siblings.
#ifndef HARROW_SIM_HARNESS_SWEEP_WORKER_PROCESS_H_
#define HARROW_SIM_HARNESS_SWEEP_WORKER_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/harness/sweep/sweep_worker.h"

namespace harrow::harness {

struct WorkerProcess {
  // Why the parent ended it.
  enum class Killed : std::uint8_t { kNot, kHung, kMemory, kStopped };

  bool alive() const { return pid >= 0; }

  pid_t pid = -1;
  int pipe = -1;
  int output = -1;
  std::string received;               // of a message that is not complete yet
  std::optional<std::uint64_t> last;  // index of the last seed it reported
  std::uint64_t reported_cpu_us = 0;
  Killed killed = Killed::kNot;
  std::uint64_t watched = 0;         // what its slot named as running when it was looked at
  std::uint64_t watched_ms = 0;      // and for how long it has named that
  std::uint64_t asked_ms = 0;        // when it was asked to say where it hangs; 0: it was not
  std::uint64_t resident_bytes = 0;  // when it was killed for it
};

// Forks worker `index` of `workers`, which runs RunWorker(task) with a pipe and a file of its own, and exits.
void ForkWorker(WorkerTask task, std::uint32_t index, std::vector<WorkerProcess>* workers);

// Reads what has come; false at the end of the pipe.
bool ReadPipe(WorkerProcess* worker);
// The next whole message, taken out of what was received.
struct ReceivedSeed {
  SeedMessage message;
  std::string cause;
  std::string text;
  std::string output;
};
std::optional<ReceivedSeed> TakeMessage(WorkerProcess* worker);

void CloseWorker(WorkerProcess* worker);
// Gives back the memory of caught output that is too long to be kept.
void TrimOutput(const WorkerProcess& worker);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_WORKER_PROCESS_H_
