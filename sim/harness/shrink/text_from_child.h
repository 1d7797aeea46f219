// Text that a child process writes: work that may crash or hang, and gets so much time.
//
// Threading: single-threaded parent; forks. A fork that fails ends the program.
#ifndef HARROW_SIM_HARNESS_SHRINK_TEXT_FROM_CHILD_H_
#define HARROW_SIM_HARNESS_SHRINK_TEXT_FROM_CHILD_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace harrow::harness {

// In the child: hands text to the parent; returns when it is on its way.
using TextWriter = std::function<void(std::string_view text)>;

struct ChildBounds {
  std::uint64_t time_ms = 0;      // wall time
  std::function<bool()> stopped;  // asked a few times a second
};

// What `work` wrote before it returned, died, the time was over, or the parent was stopped.
std::string TextFromChild(const ChildBounds& bounds,
                          const std::function<void(const TextWriter&)>& work);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SHRINK_TEXT_FROM_CHILD_H_
