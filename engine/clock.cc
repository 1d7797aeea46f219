// Calendar and digits by hand: printf, streams and localtime look at the locale and the environment.
#include "engine/clock.h"

#include <time.h>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <string_view>

namespace harrow::engine {
namespace {

timespec Read(clockid_t clock) {
  timespec now{};
  // real clock: for people and figures only
  if (::clock_gettime(clock, &now) != 0) now = {};
  return now;
}

void AppendPadded(unsigned number, std::size_t digit_count, std::string* out) {
  char digits[16];
  const char* const end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
  const std::string_view text(digits, static_cast<std::size_t>(end - digits));
  if (text.size() < digit_count) out->append(digit_count - text.size(), '0');
  out->append(text);
}

}  // namespace

void AppendTimeOfDay(std::string* out) {
  const timespec now = Read(CLOCK_REALTIME);
  const std::chrono::sys_seconds seconds{std::chrono::seconds(now.tv_sec)};
  const auto midnight = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss time(seconds - midnight);
  AppendPadded(static_cast<unsigned>(static_cast<int>(date.year())), 4, out);
  out->push_back('/');
  AppendPadded(static_cast<unsigned>(date.month()), 2, out);
  out->push_back('/');
  AppendPadded(static_cast<unsigned>(date.day()), 2, out);
  out->push_back('-');
  AppendPadded(static_cast<unsigned>(time.hours().count()), 2, out);
  out->push_back(':');
  AppendPadded(static_cast<unsigned>(time.minutes().count()), 2, out);
  out->push_back(':');
  AppendPadded(static_cast<unsigned>(time.seconds().count()), 2, out);
  out->push_back('.');
  AppendPadded(static_cast<unsigned>(now.tv_nsec / 1000), 6, out);
}

std::uint64_t MonotonicMicros() {
  const timespec now = Read(CLOCK_MONOTONIC);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

}  // namespace harrow::engine
