// A library for library_state_test: variables of every kind, and a function that changes each.
//
// Threading: on a task, or on one thread.
#ifndef HARROW_TESTS_UNIT_KERNEL_STATEFUL_LIBRARY_H_
#define HARROW_TESTS_UNIT_KERNEL_STATEFUL_LIBRARY_H_

#include <cstddef>

namespace stateful {

struct State {
  int zeroed = 0;           // 1 at the first use
  int counter = 0;          // 8 at the first use
  std::size_t numbers = 0;  // 101 at the first use
  std::size_t text = 0;
  const void* memory = nullptr;  // behind the function-local static
  const void* once = nullptr;    // made by a std::call_once
};

// Changes its numbers, and says what there is.
State Use();
// Of a function-local static that Use makes, so many were destroyed.
int EndedStatics();

}  // namespace stateful

#endif  // HARROW_TESTS_UNIT_KERNEL_STATEFUL_LIBRARY_H_
