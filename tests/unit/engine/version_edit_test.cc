#include "engine/version_edit.h"

#include <string>

#include "gtest/gtest.h"

namespace harrow::engine {
namespace {

VersionEdit FullEdit() {
  VersionEdit edit;
  edit.comparator = std::string(kComparatorName);
  edit.log_number = 300;
  edit.previous_log_number = 0;
  edit.next_file_number = std::uint64_t{1} << 50;
  edit.last_sequence = kMaxSequenceNumber;
  edit.compact_pointers.push_back({3, InternalKey("x", 7, ValueType::kValue)});
  edit.removed_files.push_back({4, 700});
  edit.removed_files.push_back({0, 0});
  edit.added_files.push_back(
      {0,
       {std::uint64_t{1} << 40, 12345, InternalKey("", 1, ValueType::kDeletion),
        InternalKey(std::string("\0\xff", 2), 2, ValueType::kValue)}});
  edit.added_files.push_back(
      {6,
       {8, 0, InternalKey("foo", 3, ValueType::kValue), InternalKey("zoo", 4, ValueType::kValue)}});
  return edit;
}

std::string Encode(const VersionEdit& edit) {
  std::string bytes;
  edit.AppendTo(&bytes);
  return bytes;
}

TEST(VersionEditTest, ComesBackAsItWas) {
  for (const VersionEdit& edit : {VersionEdit(), FullEdit()}) {
    const absl::StatusOr<VersionEdit> decoded = VersionEdit::Decode(Encode(edit));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(*decoded, edit);
  }
}

// The bytes of stock LevelDB's first manifest record but for the numbers.
TEST(VersionEditTest, HasTheKnownBytes) {
  VersionEdit edit;
  edit.comparator = std::string(kComparatorName);
  edit.log_number = 3;
  edit.previous_log_number = 0;
  edit.next_file_number = 200;
  edit.last_sequence = 5;
  edit.removed_files.push_back({1, 2});
  edit.added_files.push_back({2,
                              {4, 129, InternalKey("a", 1, ValueType::kValue),
                               InternalKey("b", 2, ValueType::kDeletion)}});
  EXPECT_EQ(Encode(edit), std::string("\x01\x1aleveldb.BytewiseComparator"
                                      "\x02\x03"
                                      "\x09\x00"
                                      "\x03\xc8\x01"
                                      "\x04\x05"
                                      "\x06\x01\x02"
                                      "\x07\x02\x04\x81\x01"
                                      "\x09"
                                      "a\x01\x01\0\0\0\0\0\0"
                                      "\x09"
                                      "b\x00\x02\0\0\0\0\0\0",
                                      28 + 2 + 2 + 3 + 2 + 3 + 5 + 10 + 10));
}

TEST(VersionEditTest, EveryCutIsAnErrorOrTheFieldsBeforeIt) {
  const std::string bytes = Encode(FullEdit());
  int whole = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const absl::StatusOr<VersionEdit> decoded = VersionEdit::Decode(bytes.substr(0, size));
    if (decoded.ok()) {
      ++whole;
      EXPECT_EQ(Encode(*decoded), bytes.substr(0, size)) << size;
    } else {
      EXPECT_EQ(decoded.status().code(), absl::StatusCode::kDataLoss) << size;
    }
  }
  EXPECT_EQ(whole, 10);  // one for each field of the eleven, without the last
}

TEST(VersionEditTest, RefusesWhatIsNoEdit) {
  const std::string level_7("\x06\x07\x01", 3);
  const std::string unknown_tag("\x08\x01", 2);
  const std::string key_without_tag(
      "\x05\x01\x07"
      "1234567",
      10);
  const std::string key_of_unknown_type(
      "\x05\x01\x08"
      "\x02"
      "1234567",
      11);
  const std::string sequence_of_57_bits("\x04\x80\x80\x80\x80\x80\x80\x80\x80\x01", 10);
  for (const std::string& bytes :
       {level_7, unknown_tag, key_without_tag, key_of_unknown_type, sequence_of_57_bits}) {
    EXPECT_EQ(VersionEdit::Decode(bytes).status().code(), absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace harrow::engine
