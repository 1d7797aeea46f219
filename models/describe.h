// How verdicts name operations and cells, so that one way of speaking runs through all messages.
//
// Threading: any thread; pure functions.
#ifndef HARROW_MODELS_DESCRIBE_H_
#define HARROW_MODELS_DESCRIBE_H_

#include <string>

#include "models/history.h"

namespace harrow::models {

// "L1.C0 #12"
std::string NameOf(const Write& write);

// "L1.C0 #12 (put k3, sync)", "L1.C0 #13 (batch put k1 del k2)", "L1.C0 #14 (flush)"
std::string Describe(const Write& write);

// "L1.C2 get k3 (t=40 to t=45)"
std::string Describe(const Read& read);

// "k3"
std::string KeyName(KeyId key);

// "#4 of L1.C2", "nothing", "garbage"
std::string DescribeCell(const History& history, const Cell& cell);

// "at t=57"
std::string At(Time time);

}  // namespace harrow::models

#endif  // HARROW_MODELS_DESCRIBE_H_
