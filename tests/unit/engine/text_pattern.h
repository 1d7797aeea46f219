// Text held against a POSIX extended regular expression. Not <regex>: under the sanitizers it does
// not compile without warnings.
//
// A dot matches a newline too; "$" is the end of the text.
#ifndef HARROW_TESTS_UNIT_ENGINE_TEXT_PATTERN_H_
#define HARROW_TESTS_UNIT_ENGINE_TEXT_PATTERN_H_

#include <string>

#include "gtest/gtest.h"

namespace harrow::engine {

inline bool Contains(const std::string& text, const std::string& pattern) {
  return testing::Matcher<const std::string&>(testing::ContainsRegex(pattern)).Matches(text);
}

// The whole of it.
inline bool IsMatch(const std::string& text, const std::string& pattern) {
  return testing::Matcher<const std::string&>(testing::MatchesRegex(pattern)).Matches(text);
}

}  // namespace harrow::engine

#endif  // HARROW_TESTS_UNIT_ENGINE_TEXT_PATTERN_H_
