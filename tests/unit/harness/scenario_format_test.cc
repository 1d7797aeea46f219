#include "sim/harness/scenario_format.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sim/harness/generator.h"
#include "sim/harness/scenario_text.h"
#include "sim/kernel/random.h"

namespace harrow::harness {
namespace {

std::string Format(std::string_view text) {
  const absl::StatusOr<std::string> formatted = FormatScenario("f", text);
  return formatted.ok() ? *formatted : formatted.status().ToString();
}

TEST(ScenarioFormat, LaysOutWhatAPersonWrote) {
  EXPECT_EQ(Format("\n\n#  what it is about  \r\n"
                   "  harrow scenario 2 # two\n"
                   "\tkeys   4\t#\tfour\n\n\n\n"
                   "      # the first\n"
                   "life\n"
                   "schedule   pct   seed  0x9\n"
                   "# a full disk\n"
                   "\n"
                   "fault   log write #3: short 7 then ENOSPC   #\n"
                   "client\n"
                   "put  k3   120   sync\n"
                   "# of two\n"
                   "batch sync{put k0 10 ,delete k2}\n"
                   "batch {}\n"
                   "# closing words\n"
                   "\n"),
            "#  what it is about\n"
            "harrow scenario 2  # two\n"
            "keys 4  #\tfour\n"
            "\n"
            "# the first\n"
            "life\n"
            "  schedule pct seed 0x9\n"
            "  # a full disk\n"
            "\n"
            "  fault log write #3: short 7 then ENOSPC  #\n"
            "  client\n"
            "    put k3 120 sync\n"
            "    # of two\n"
            "    batch sync { put k0 10, delete k2 }\n"
            "    batch { }\n"
            "    # closing words\n");
}

TEST(ScenarioFormat, WhatIsPrintedIsCanonical) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::string text = ToText(GenerateScenario(seed, {}));
    ASSERT_EQ(Format(text), text);
  }
}

TEST(ScenarioFormat, RefusesWhatDoesNotParse) {
  const absl::StatusOr<std::string> formatted = FormatScenario("f", "harrow scenario 2\nlive\n");
  EXPECT_EQ(formatted.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(formatted.status().message()).substr(0, 14), "f:2: column 1:");
}

// What a person may do to a layout without changing what it says, drawn from one seed.
class Untidy {
 public:
  explicit Untidy(std::uint64_t seed) : random_(seed) {}

  std::string Of(const std::string& text) {
    std::string out = Between();
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t end = text.find('\n', at);
      out += Line(text.substr(at, end - at));
      out += Between();
      at = end + 1;
    }
    return out;
  }
  const std::vector<std::string>& comments() const { return comments_; }

 private:
  std::string OneOf(const std::vector<std::string>& choices) {
    return choices[random_.Below(choices.size())];
  }
  std::string Blanks() { return OneOf({"", " ", "\t", "   ", " \t "}); }
  std::string LineEnd() { return OneOf({"\n", "\r\n"}); }
  std::string Comment() {
    comments_.push_back("# " + std::to_string(comments_.size()) + OneOf({"", " # #", "\t{ , }"}));
    return comments_.back();
  }
  std::string Between() {
    std::string out;
    while (random_.OneIn(4)) {
      out += Blanks();
      if (random_.OneIn(2)) out += Comment();
      out += Blanks() + LineEnd();
    }
    return out;
  }
  std::string Line(const std::string& line) {
    std::string out = Blanks();
    // A fault rule, a list of survivors and the header are words one space apart.
    const bool fixed = line.find("fault ") != std::string::npos || line.starts_with("harrow") ||
                       line.find("keep") != std::string::npos ||
                       line.find("image") != std::string::npos;
    for (const char byte : line.substr(std::min(line.find_first_not_of(' '), line.size()))) {
      out += byte;
      if (byte == ' ' && !fixed) out += Blanks();
    }
    if (random_.OneIn(4)) out += " " + Blanks() + Comment();
    return out + Blanks() + LineEnd();
  }

  kernel::Random random_;
  std::vector<std::string> comments_;
};

TEST(ScenarioFormat, KeepsMeaningAndCommentsAndIsIdempotent) {
  EXPECT_TRUE(rc::check("a formatted file says what the file said", [] {
    const Scenario scenario = GenerateScenario(*rc::gen::arbitrary<std::uint64_t>(), {});
    const std::string canonical = ToText(scenario);
    Untidy untidy(*rc::gen::arbitrary<std::uint64_t>());
    const std::string text = untidy.Of(canonical);
    const std::string formatted = Format(text);
    RC_ASSERT(*ParseScenario("f", formatted) == scenario);
    RC_ASSERT(Format(formatted) == formatted);
    std::size_t at = 0;
    for (const std::string& comment : untidy.comments()) {
      at = formatted.find(comment, at);
      RC_ASSERT(at != std::string::npos);
      at += comment.size();
    }
    // Without comments and empty lines, only the canonical text is left.
    std::string items;
    std::string_view rest = formatted;
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      std::string_view line = rest.substr(0, end);
      rest.remove_prefix(end + 1);
      for (const std::string& comment : untidy.comments()) {
        if (line.ends_with(comment)) line.remove_suffix(comment.size());
      }
      while (line.ends_with(' ')) line.remove_suffix(1);
      if (!line.empty()) items.append(line).append("\n");
    }
    RC_ASSERT(items == canonical);
  }));
}

}  // namespace
}  // namespace harrow::harness
