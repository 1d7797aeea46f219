// Whether a store shows what it must.
//
// Threading: pure functions over one store.
#ifndef HARROW_TESTS_PROPERTY_INTERCHANGE_COMPARISON_H_
#define HARROW_TESTS_PROPERTY_INTERCHANGE_COMPARISON_H_

#include <map>
#include <string>

#include "tests/property/interchange/store.h"

namespace harrow::interchange {

using Model = std::map<std::string, std::string>;

void Apply(const std::vector<Change>& changes, Model* model);

// Reads everything in every way: an iterator forward, backward, and going to and fro; a Get of each key, and of keys that are absent.
// The first difference in words, or nothing.
std::string Difference(Store* store, const HeldSnapshot* snapshot, const Model& expected);

}  // namespace harrow::interchange

#endif  // HARROW_TESTS_PROPERTY_INTERCHANGE_COMPARISON_H_
