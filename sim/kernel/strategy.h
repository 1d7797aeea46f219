// How the next task is chosen: a policy of three methods, asked only where at least two tasks could
// run.
//
// Threading: one simulated machine, one OS thread.
#ifndef HARROW_SIM_KERNEL_STRATEGY_H_
#define HARROW_SIM_KERNEL_STRATEGY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace harrow::kernel {

using TaskId = std::uint32_t;  // dense, in creation order; the root task is 0
inline constexpr TaskId kMaxTasks = 64;

enum class OpKind : std::uint8_t {
  kStart,
  kLock,
  kUnlock,
  kWait,
  kSignal,
  kBroadcast,
  kSpawn,
  kJoin,
  kYield,
  kSleep,
  kFutexWait,
  kFutexWake,
  kReadLock,
  kOnce,
  kFile,
  kExit
};

// A visible operation, announced before it is performed.
struct Op {
  OpKind kind = OpKind::kStart;
  bool writes = true;        // kFile, kReadLock: whether it conflicts with reads of the same object
  std::uint32_t object = 0;  // label in order of first use in the run; 0: none
};

// Two pending operations whose order matters (SCHEDULING.md, section 0).
bool Racing(const Op& a, const Op& b);

struct Choice {
  std::uint64_t enabled = 0;    // bit t: task t could run; at least two bits set
  TaskId current = 0;           // the task that ran last
  const Op* pending = nullptr;  // indexed by task id
  std::uint64_t fresh = 0;      // bit t: task t announced its operation since the last choice
};

class Strategy {
 public:
  virtual ~Strategy() = default;
  virtual void Spawned(TaskId task) = 0;
  virtual TaskId Pick(const Choice& choice) = 0;
  virtual void Yielded(TaskId task) = 0;
};

// One departure from the default schedule (stay on the running task; else the lowest id; a yield
// passes to the next id), keyed by the stable signature of the task that ran last and its own step
// count, so that it survives small changes of the program.
struct Deviation {
  enum class Kind : std::uint8_t { kSwitch, kSpuriousWakeup };
  Kind kind = Kind::kSwitch;
  std::uint64_t task = 0;  // signature
  std::uint64_t step = 0;  // of that task
  std::uint64_t to = 0;    // signature of the task switched to; kSwitch only
  bool operator==(const Deviation&) const = default;
};

enum class StrategyKind : std::uint8_t { kDefault, kRandomWalk, kPct, kPos };

struct StrategySpec {
  StrategyKind kind = StrategyKind::kDefault;
  std::uint64_t seed = 0;
  std::uint32_t depth = 3;             // PCT: bug depth d
  std::uint64_t expected_steps = 500;  // PCT: k, the number of choices expected
  bool operator==(const StrategySpec&) const = default;
};

std::unique_ptr<Strategy> MakeStrategy(const StrategySpec& spec);

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_STRATEGY_H_
