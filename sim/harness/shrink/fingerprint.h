// What a shrunk scenario needs in order to fail, in one line without seeds, sizes, names and numbers: two failures of one cause
// mostly have the same, failures of different causes mostly do not.
//
//   fingerprint := need ["; " need]* " -> " failure [": " error]
//   need        := "log sync error"       a fault, by kind of file, operation and effect, without its number and errno
//                | "clients"              several at once; then neither a full memtable nor a reopening is named
//                | "sync"                 of rules about what was promised to last
//                | "batch" | "delete" | "snapshot" | "full memtable"     (a flush, or values that fill it)
//                | "reopen" | "crash keep SURVIVORS"
//   failure     := "durable", a rule; or what became of the process
//   error       := the target's own, with every number as "#"; then only faults count as needs: there are many ways to the
//                  place that complains, and it names the cause better than they do
//
// Threading: pure functions.
// Not checked: whether the causes are one. A bug that breaks two rules has two fingerprints.
#ifndef HARROW_SIM_HARNESS_SHRINK_FINGERPRINT_H_
#define HARROW_SIM_HARNESS_SHRINK_FINGERPRINT_H_

#include <string>
#include <string_view>

#include "sim/harness/failure_class.h"
#include "sim/harness/scenario.h"

namespace harrow::harness {

// `text` is the report of the failure (ShrinkResult::text); without it the fingerprint is coarser.
std::string Fingerprint(const Scenario& smallest, const FailureClass& failure,
                        std::string_view text = {});

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SHRINK_FINGERPRINT_H_
