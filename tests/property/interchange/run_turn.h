// Turns of a program, run on a directory.
#ifndef HARROW_TESTS_PROPERTY_INTERCHANGE_RUN_TURN_H_
#define HARROW_TESTS_PROPERTY_INTERCHANGE_RUN_TURN_H_

#include <string>

#include "tests/property/interchange/comparison.h"
#include "tests/property/interchange/store.h"

namespace harrow::interchange {

// Opens, compares with the model, works, compares again and closes. The model goes along. What was wrong first, or nothing.
std::string RunTurn(Make make, const Turn& turn, const std::string& directory, Model* model);

}  // namespace harrow::interchange

#endif  // HARROW_TESTS_PROPERTY_INTERCHANGE_RUN_TURN_H_
