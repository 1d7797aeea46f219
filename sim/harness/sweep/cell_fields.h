// The fields of a line "done" about the cells of the medium (sim/disk/medium_cell.h) and of the faults' effects
// (faults/effect_cells.h). Either is left out where it would be empty.
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_SWEEP_CELL_FIELDS_H_
#define HARROW_SIM_HARNESS_SWEEP_CELL_FIELDS_H_

#include <nlohmann/json.hpp>

#include "sim/harness/sweep/json_fields.h"
#include "sim/harness/sweep/tally.h"

namespace harrow::harness {

void AddCellFields(const Tally& tally, nlohmann::ordered_json* object);
void ParseCellFields(Fields* fields, Tally* tally);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_CELL_FIELDS_H_
