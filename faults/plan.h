// What goes wrong while a life runs, as data: a plan is a list of rules, each "this operation on
// this kind of file, the Nth such -> this effect". A plan prints as text and parses back to an
// equal plan.
//
// Threading: values; safe to read from anywhere.
#ifndef HARROW_FAULTS_PLAN_H_
#define HARROW_FAULTS_PLAN_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace harrow::faults {

// The kinds of file DISK.md names. A target supplies the function from a path to its kind.
enum class FileKind : std::uint8_t {
  kAny,
  kLog,
  kManifest,
  kCurrent,
  kTemporary,
  kTable,
  kLock,
  kDirectory,
  kOther
};

enum class OpKind : std::uint8_t {
  kCreate,
  kOpen,
  kRead,
  kWrite,
  kSync,
  kTruncate,
  kAllocate,
  kRename,
  kUnlink,
  kMkdir,
  kList,
  kStat,
  kLockFile,
  kClose,
  kSyncDir
};

enum class EffectKind : std::uint8_t {
  kError,         // fails with `error` before any byte or name is touched
  kShortWrite,    // `amount` bytes are written; the call returns that count when error is 0, and
                  // otherwise the next write to the same file fails with `error` (POSIX reports the
                  // short count first)
  kShortRead,     // at most `amount` bytes are returned: legal and harmless
  kInterrupt,     // EINTR before any byte: legal and harmless
  kFailedSync,    // as the failed-fsync table of DISK.md has it for the profile
  kAppliedError,  // takes effect and reports `error` all the same (rename, unlink, create, close)
  kFailedWriteback,  // the write succeeds; soon after, and before any sync, the kernel fails to write
                     // the file's dirty pages: as a failed sync that nobody has called
  kMissedName,       // a listing leaves out a name: number `amount` modulo how many there are
  kFlippedBit,  // a read hands out one bit the other way round: number `amount`, times which matching
                // operation it is, modulo the bits it returns
  kRot,         // the same, and the file has it so from then on
  kDelay        // the call takes `amount` microseconds: legal and harmless
};

struct Effect {
  EffectKind kind = EffectKind::kError;
  int error = 0;             // an errno value
  std::uint64_t amount = 0;  // as each kind says
  bool operator==(const Effect&) const = default;
};

// Which of the matching operations are hit: numbers first, first+1, … first+count-1, counted from 1
// for each rule in one life (count == kForever: all later ones); or, when one_in is not 0, each
// matching operation with odds 1:one_in, as a pure function of (plan seed, rule, number).
struct Rule {
  static constexpr std::uint64_t kForever = ~std::uint64_t{0};
  FileKind file = FileKind::kAny;
  OpKind operation = OpKind::kWrite;
  std::uint64_t first = 1;
  std::uint64_t count = 1;
  std::uint64_t one_in = 0;
  Effect effect;
  bool operator==(const Rule&) const = default;
};

struct Plan {
  std::uint64_t seed = 0;  // for rules with odds
  std::vector<Rule> rules;
  bool operator==(const Plan&) const = default;
};

inline constexpr std::uint64_t kDelayMaxUs = 60'000'000;

// A harmless effect is one that a correct program must absorb without reporting anything: a short
// read, a short write without an error, EINTR, a delay.
bool Harmless(const Effect& effect);
// One after which what is durable is not what was made durable, or is not shown as it is, and no call has
// reported it.
bool Damages(const Effect& effect);

// One rule a line, e.g.
//   log write #3: short 7 then ENOSPC
//   log sync #2..4: fail EIO
//   any read 1/20: short 100
//   manifest rename #1: applied-error EIO
//   table write #5..: error ENOSPC
//   any read #1: interrupt
//   log write #2: writeback-fails EIO
//   directory list #1: miss 3
//   table read #4: flip 1021
//   table read #4..: rot 1021
//   any sync 1/5: delay 2000
// "short" means kShortRead on a read and kShortWrite on a write; "fail" is kFailedSync, on sync and
// sync-dir only. ParseRule(ToText(rule)) equals every valid rule. Errors of ParseRule:
// InvalidArgument, "column 5: expected …, found …".
std::string ToText(const Rule& rule);
absl::StatusOr<Rule> ParseRule(std::string_view text);

// InvalidArgument with the reason unless the effect fits the operation (short: read, write; fail:
// sync, sync-dir; applied-error: an operation that changes something other than by write;
// writeback-fails: write; miss: list; flip, rot: read), the fields that the effect does not use are 0, the
// others are what it needs, the numbers start at 1 or later
// without passing 2^64 - 1, and a rule with odds leaves first and count at 1.
absl::Status Validate(const Rule& rule);

std::string_view ToText(FileKind kind);
std::string_view ToText(OpKind kind);

}  // namespace harrow::faults

#endif  // HARROW_FAULTS_PLAN_H_
