// What a recovery brought back against what it was allowed to: each key's cell, the cells of some right state, and the writes
// to the key since the state that the recovery is judged from.
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_REPORT_JUDGEMENT_H_
#define HARROW_SIM_HARNESS_REPORT_JUDGEMENT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/history.h"
#include "models/recovery_checker.h"
#include "sim/harness/recording.h"

namespace harrow::harness {

struct JudgedKey {
  models::Cell base;
  models::Cell recovered;
  std::vector<models::Cell> allowed;
  bool is_allowed = false;              // `recovered` is one of them
  std::vector<models::WriteId> writes;  // since the base, in order of their calls
};

struct Judgement {
  models::Time at = 0;  // what returned later counts as in flight
  models::ImageKind image = models::ImageKind::kPowerLoss;
  models::WriteId first_write = 0;       // of those since the base
  std::optional<std::size_t> base_life;  // whose read-back the base is; none: the empty store
  std::vector<JudgedKey> keys;           // by KeyId
};

// `crash` as it lies in life `life` (index), and what the recovery from it read. Nothing when `recovered` does not have a cell
// for each key.
std::optional<Judgement> Judge(const models::History& history, const CrashView& crash,
                               std::size_t life, std::span<const models::Cell> recovered);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_REPORT_JUDGEMENT_H_
