// Harrow's engine, broken at its third write in the way that the environment variable HARROW_BROKEN names: abort, segfault,
// stack, exit, hang, slow (some seconds), heap (memory that is never touched), unserved; "chosen" and "costly" break chosen
// seeds. With "unknown" every linearizability check reaches its bound; with "differ" runs of a seed differ. Linked
// before the libraries, these definitions take the place of theirs.
#include <pthread.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "models/life_checkers.h"
#include "sim/harness/generator.h"
#include "sim/targets/harrow_target.h"
#include "sim/targets/target.h"

namespace harrow::targets {
namespace {

std::string_view Mode() {
  static const char* const mode = std::getenv("HARROW_BROKEN");
  return mode == nullptr ? std::string_view() : mode;
}

volatile std::uint64_t g_seed = 0;   // of the scenario that was made last
volatile std::uint64_t g_calls = 0;  // of this process, in all its runs

int UseUpTheStack(int depth) {
  if (depth == 1 << 20) return 0;  // 4 GiB
  volatile char frame[4096];
  frame[0] = static_cast<char>(depth);
  return UseUpTheStack(depth + 1) + frame[0];
}

void Break() {
  if (Mode() == "abort") std::abort();
  if (Mode() == "segfault") *static_cast<volatile int*>(nullptr) = 1;
  if (Mode() == "stack" && UseUpTheStack(0) == 1) std::abort();
  if (Mode() == "exit") std::exit(0);
  if (Mode() == "unserved") pthread_cancel(pthread_self());
  [[maybe_unused]] static char* volatile kept =
      nullptr;  // or the compiler leaves the allocation out
  while (Mode() == "heap") kept = new char[std::size_t{64} << 20];
  while (Mode() == "hang") g_calls = g_calls + 1;
  constexpr std::uint64_t kSlow = 1'000'000'000;
  for (std::uint64_t at = 0; Mode() == "slow" && at < kSlow; ++at) g_calls = g_calls + 1;
}

// What a seed does with "chosen", as it opens the database; most do nothing.
void BreakChosen(std::uint64_t seed) {
  if (seed % 50 == 7) *static_cast<volatile int*>(nullptr) = 1;
  if (seed % 50 == 13) {
    std::fputs("the target says why\n", stderr);
    std::abort();
  }
  if (seed % 50 == 19) std::exit(3);
  if (seed % 50 == 23) pthread_cancel(pthread_self());
}

// With "costly": those that take time, or memory in two ways.
void BreakCostly(std::uint64_t seed) {
  constexpr std::size_t kBlock = std::size_t{8} << 20;
  const std::uint64_t mode = seed % 50;
  for (;;) {
    g_calls = g_calls + 1;
    if (mode == 31) std::memset(new char[kBlock], 1, kBlock);
    if (mode == 37) {
      std::memset(mmap(nullptr, kBlock, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
                  1, kBlock);
    }
    if (mode != 29 && mode != 31 && mode != 37) return;
  }
}

using Visit = std::function<void(std::string_view key, std::string_view value)>;

// Passes scans on, whatever type says which way they go.
template <typename Method>
class ScanningTarget;
template <typename Path>
class ScanningTarget<absl::Status (Target::*)(const TargetSnapshot*, Path, const Visit&)>
    : public Target {
 public:
  explicit ScanningTarget(std::unique_ptr<Target> real) : real_(std::move(real)) {}

  absl::Status Scan(const TargetSnapshot* snapshot, Path path, const Visit& visit) override {
    return real_->Scan(snapshot, path, visit);
  }

 protected:
  const std::unique_ptr<Target> real_;
};

class BrokenTarget : public ScanningTarget<decltype(&Target::Scan)> {
 public:
  using ScanningTarget::ScanningTarget;

  absl::Status Write(std::span<const TargetEntry> entries, bool sync) override {
    if (++writes_ == 3) Break();
    g_calls = g_calls + 1;
    // Which write is synced depends on what the process did before.
    return real_->Write(entries, sync || (Mode() == "differ" && g_calls % 7 == 0));
  }
  absl::Status Flush() override { return real_->Flush(); }
  absl::Status Get(std::string_view key, const TargetSnapshot* snapshot,
                   std::string* value) override {
    return real_->Get(key, snapshot, value);
  }
  std::unique_ptr<TargetSnapshot> TakeSnapshot() override { return real_->TakeSnapshot(); }
  absl::Status CompactRange(const TargetRange& range) override {
    return real_->CompactRange(range);
  }
  std::unique_ptr<TargetIterator> NewIterator(const TargetSnapshot* snapshot) override {
    return real_->NewIterator(snapshot);
  }
  void Inspect(const TargetRange& range) override { real_->Inspect(range); }

 private:
  int writes_ = 0;
};

absl::Status OpenBroken(std::string_view path, const TargetOptions& options,
                        ActivityObserver* observer, std::unique_ptr<Target>* target) {
  if (Mode() == "chosen" || Mode() == "costly") BreakChosen(g_seed);
  if (Mode() == "costly") BreakCostly(g_seed);
  std::unique_ptr<Target> real;
  absl::Status status = HarrowKind().open(path, options, observer, &real);
  if (status.ok()) *target = std::make_unique<BrokenTarget>(std::move(real));
  return status;
}

}  // namespace

const TargetKind* FindTarget(std::string_view name) {
  static const TargetKind kBroken = [] {
    TargetKind kind = HarrowKind();
    kind.open = &OpenBroken;
    return kind;
  }();
  Mode();  // read before any run: there is no environment in one
  return name == kBroken.name ? &kBroken : nullptr;
}

std::string TargetNames() { return "harrow"; }

}  // namespace harrow::targets

// The linker sends calls of GenerateScenario here (--wrap), so that a target can break on chosen seeds.
namespace harrow::harness {

Scenario RealGenerateScenario(std::uint64_t seed, const GeneratorLimits& limits) __asm__(
    "__real__ZN6harrow7harness16GenerateScenarioEmRKNS0_15GeneratorLimitsE");
Scenario WrapGenerateScenario(std::uint64_t seed, const GeneratorLimits& limits) __asm__(
    "__wrap__ZN6harrow7harness16GenerateScenarioEmRKNS0_15GeneratorLimitsE");

Scenario WrapGenerateScenario(std::uint64_t seed, const GeneratorLimits& limits) {
  targets::g_seed = seed;
  return RealGenerateScenario(seed, limits);
}

}  // namespace harrow::harness

namespace harrow::models {

Verdict CheckLinearizable(const History&, std::uint32_t) {
  return std::getenv("HARROW_BROKEN") == std::string_view("unknown")
             ? Verdict::Unknown("more than no steps")
             : Verdict::Ok();
}

}  // namespace harrow::models
