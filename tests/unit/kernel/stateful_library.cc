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

std::once_flag once;
int* made_once = nullptr;

// A static with a destructor registers it for the exit of the process, as often as the static is made.
class Counted {
 public:
  ~Counted() { ++ended; }
  static int ended;
};
int Counted::ended = 0;

}  // namespace

int EndedStatics() { return Counted::ended; }

State Use() {
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  static const Counted counted;
  std::call_once(once, [] { made_once = new int(1); });
  Numbers().push_back(2);
  return {++zeroed, ++counter, Numbers().size(), text.size(), Numbers().data(), made_once};
}

}  // namespace stateful
