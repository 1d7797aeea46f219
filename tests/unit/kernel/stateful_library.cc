// A shared library that keeps state in variables of every kind, and one function-local static with memory behind it.
#include "tests/unit/kernel/stateful_library.h"

#include <mutex>
#include <string>
#include <vector>

namespace stateful {
namespace {

int zeroed = 0;
int counter = 7;
std::string text = "made before main";

std::vector<int>& Numbers() {
  static auto* const numbers = new std::vector<int>(100, 1);
  return *numbers;
}

}  // namespace

State Use() {
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  Numbers().push_back(2);
  return {++zeroed, ++counter, Numbers().size(), text.size(), Numbers().data()};
}

}  // namespace stateful
