// One recorded life as JSON; the members are those of run_report.h.
//
// Threading: pure function.
#ifndef HARROW_SIM_HARNESS_REPORT_LIFE_JSON_H_
#define HARROW_SIM_HARNESS_REPORT_LIFE_JSON_H_

#include <cstddef>
#include <string>

#include "models/history.h"
#include "sim/harness/recording.h"
#include "sim/harness/report/report_json.h"

namespace harrow::harness {

struct LifeNames {
  std::string name;   // "L2", "R"
  std::string title;  // "Life 2", "Recovery"
};

// Steps before the last `steps_max` are left out, with what lies in them wholly; `first` is the event that is shown first.
Json LifeJson(const RecordedLife& life, const models::History& history, const LifeNames& names,
              std::size_t steps_max);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_REPORT_LIFE_JSON_H_
