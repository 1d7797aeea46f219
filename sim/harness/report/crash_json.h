// A crash and the recovery from it as JSON; the members are those of run_report.h.
//
//   logs   [{path, cache, durable, survived (sizes or null), records_survived, stop, records, fragments}]
//   names  [{path, cache, durable, survived, recovered (sizes or null), same_durable, same_survived (as the cache has it)}]
//   model  {clean, base, keys: [{key, recovered, allowed, base, is_allowed, writes}]} or null
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_REPORT_CRASH_JSON_H_
#define HARROW_SIM_HARNESS_REPORT_CRASH_JSON_H_

#include <vector>

#include "sim/harness/recording.h"
#include "sim/harness/report/log_map.h"
#include "sim/harness/report/recovered_crash.h"
#include "sim/harness/report/report_json.h"

namespace harrow::harness {

Json CrashJson(const RecoveredCrash& crash, const Recording& recording,
               const std::vector<LogMap>& logs);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_REPORT_CRASH_JSON_H_
