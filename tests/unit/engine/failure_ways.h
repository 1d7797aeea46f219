// The ways in which a file call can fail, and every rule that fails the Nth operation of a kind in one
// of them, for tests that go through all.
#ifndef HARROW_TESTS_UNIT_ENGINE_FAILURE_WAYS_H_
#define HARROW_TESTS_UNIT_ENGINE_FAILURE_WAYS_H_

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "faults/plan.h"

namespace harrow::engine {

struct FailureWay {
  const char* name;
  faults::Effect effect;
  std::vector<faults::OpKind> operations;
};

inline std::vector<FailureWay> FailureWays() {
  using enum faults::OpKind;
  using enum faults::EffectKind;
  return {{"EIO",
           {kError, EIO, 0},
           {kCreate, kOpen, kRead, kWrite, kSync, kTruncate, kAllocate, kRename, kUnlink, kMkdir,
            kList, kStat, kLockFile, kClose, kSyncDir}},
          {"ENOSPC", {kError, ENOSPC, 0}, {kCreate, kWrite, kSync, kAllocate, kRename, kMkdir}},
          {"7 bytes, then ENOSPC", {kShortWrite, ENOSPC, 7}, {kWrite}},
          {"a failed sync", {kFailedSync, EIO, 0}, {kSync, kSyncDir}},
          {"done, and EIO",
           {kAppliedError, EIO, 0},
           {kCreate, kTruncate, kAllocate, kRename, kUnlink, kMkdir, kClose}}};
}

// `fail` runs something under the rule and says whether the rule fired. For each kind of operation and
// of file, once and for good, N = 1, 2, ... until it does not; and until `stop` says so.
inline void FailEveryOperation(
    const std::function<bool(const faults::Rule&, const char* way)>& fail,
    const std::function<bool()>& stop) {
  using faults::FileKind;
  for (const FailureWay& way : FailureWays()) {
    for (const faults::OpKind operation : way.operations) {
      for (const FileKind file :
           {FileKind::kLog, FileKind::kManifest, FileKind::kCurrent, FileKind::kTemporary,
            FileKind::kTable, FileKind::kLock, FileKind::kDirectory, FileKind::kOther}) {
        faults::Rule rule;
        rule.file = file;
        rule.operation = operation;
        rule.effect = way.effect;
        for (const std::uint64_t count : {std::uint64_t{1}, faults::Rule::kForever}) {
          rule.count = count;
          for (rule.first = 1; rule.first < 1000 && fail(rule, way.name); ++rule.first) {
            if (stop()) return;
          }
        }
      }
    }
  }
}

}  // namespace harrow::engine

#endif  // HARROW_TESTS_UNIT_ENGINE_FAILURE_WAYS_H_
