// Versions made by hand, and compaction plans as text.
//
//   MakeVersion({"0: 5[a-c] 6[b-d]*40", "1: 7[a@9-c@8]"})
//
// A table is number[smallest-largest]*size; keys are letters, with @sequence where it matters. Without
// a size it has 10 bytes. A plan prints as "level: inputs + next inputs / grandparents", by numbers.
#ifndef HARROW_TESTS_UNIT_ENGINE_VERSION_TEXT_H_
#define HARROW_TESTS_UNIT_ENGINE_VERSION_TEXT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "engine/compaction_picker.h"
#include "engine/version.h"
#include "gtest/gtest.h"

namespace harrow::engine {

inline InternalKey KeyOf(const std::string& text, SequenceNumber sequence) {
  const std::size_t at = text.find('@');
  if (at == std::string::npos) return InternalKey(text, sequence, ValueType::kValue);
  return InternalKey(text.substr(0, at), std::stoull(text.substr(at + 1)), ValueType::kValue);
}

inline FileMetaData TableOf(const std::string& text) {
  const std::size_t open = text.find('[');
  const std::size_t dash = text.find('-', open);
  const std::size_t close = text.find(']', dash);
  FileMetaData file;
  file.number = std::stoull(text.substr(0, open));
  file.file_size = close + 1 < text.size() ? std::stoull(text.substr(close + 2)) : 10;
  file.smallest = KeyOf(text.substr(open + 1, dash - open - 1), 100);
  file.largest = KeyOf(text.substr(dash + 1, close - dash - 1), 100);
  return file;
}

inline std::shared_ptr<const Version> MakeVersion(const std::vector<std::string>& levels) {
  VersionEdit edit;
  for (const std::string& line : levels) {
    std::istringstream words(line.substr(line.find(':') + 1));
    std::string word;
    while (words >> word) edit.added_files.push_back({std::stoi(line), TableOf(word)});
  }
  VersionBuilder builder{Version()};
  EXPECT_TRUE(builder.Apply(edit).ok());
  absl::StatusOr<std::shared_ptr<const Version>> version = builder.Build();
  EXPECT_TRUE(version.ok()) << version.status();
  return *std::move(version);
}

inline std::string Numbers(const FileList& files) {
  std::string text;
  for (const FileRef& file : files) {
    text += (text.empty() ? "" : " ") + std::to_string(file->number);
  }
  return text.empty() ? "none" : text;
}

inline std::string Text(const std::optional<CompactionPlan>& plan) {
  if (!plan.has_value()) return "nothing";
  return std::to_string(plan->level) + ": " + Numbers(plan->inputs) + " + " +
         Numbers(plan->next_inputs) + " / " + Numbers(plan->grandparents) +
         (plan->trivial_move ? ", moves" : "");
}

}  // namespace harrow::engine

#endif  // HARROW_TESTS_UNIT_ENGINE_VERSION_TEXT_H_
