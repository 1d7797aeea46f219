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
};

// Changes its numbers, and says what there is.
State Use();

}  // namespace stateful

#endif  // HARROW_TESTS_UNIT_KERNEL_STATEFUL_LIBRARY_H_
