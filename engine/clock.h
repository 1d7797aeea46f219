// The one place of the engine that looks at a clock: for lines that people read and for figures of
// how long something took. Nothing is decided by either.
//
// Threading: pure calls, safe from any thread.
#ifndef HARROW_ENGINE_CLOCK_H_
#define HARROW_ENGINE_CLOCK_H_

#include <cstdint>
#include <string>

namespace harrow::engine {

// Appends the time of day in UTC: YYYY/MM/DD-hh:mm:ss.uuuuuu
void AppendTimeOfDay(std::string* out);

// Microseconds since some moment that does not change while the machine is up.
std::uint64_t MonotonicMicros();

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_CLOCK_H_
