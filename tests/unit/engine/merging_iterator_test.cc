#include "engine/merging_iterator.h"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/internal_key.h"
#include "gtest/gtest.h"

namespace harrow::engine {
namespace {

struct InternalLess {
  bool operator()(const std::string& a, const std::string& b) const {
    return CompareInternalKey(a, b) < 0;
  }
};
using Model = std::map<std::string, std::string, InternalLess>;

std::string Key(std::string_view user_key, SequenceNumber sequence) {
  std::string key;
  AppendInternalKey(&key, {user_key, sequence, ValueType::kValue});
  return key;
}

// Over a map; after `moves_left` movements it fails.
class MapIterator final : public Iterator {
 public:
  explicit MapIterator(const Model* model, int moves_left = 1 << 30)
      : model_(model), at_(model->end()), moves_left_(moves_left) {}

  bool Valid() const override { return status_.ok() && at_ != model_->end(); }
  void SeekToFirst() override { MoveTo(model_->begin()); }
  void SeekToLast() override { MoveTo(model_->empty() ? model_->end() : std::prev(model_->end())); }
  void Seek(std::string_view target) override { MoveTo(model_->lower_bound(std::string(target))); }
  void Next() override { MoveTo(std::next(at_)); }
  void Prev() override { MoveTo(at_ == model_->begin() ? model_->end() : std::prev(at_)); }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return at_->second; }
  absl::Status status() const override { return status_; }

 private:
  void MoveTo(Model::const_iterator at) {
    at_ = at;
    if (moves_left_-- <= 0) status_ = absl::DataLossError("child");
  }
  const Model* model_;
  Model::const_iterator at_;
  int moves_left_;
  absl::Status status_;
};

struct Parts {
  Model all;
  std::vector<Model> parts;
};

Parts RandomParts(std::size_t part_count, std::size_t pair_count) {
  std::mt19937 random(static_cast<unsigned>(part_count * 1000 + pair_count));
  Parts parts;
  parts.parts.resize(part_count);
  for (SequenceNumber sequence = 1; part_count > 0 && sequence <= pair_count; ++sequence) {
    const std::string key = Key("k" + std::to_string(random() % 40), sequence);
    parts.all[key] = std::to_string(sequence);
    parts.parts[random() % part_count][key] = std::to_string(sequence);
  }
  return parts;
}

std::unique_ptr<Iterator> Merge(const Parts& parts) {
  std::vector<std::unique_ptr<Iterator>> children;
  for (const Model& part : parts.parts) children.push_back(std::make_unique<MapIterator>(&part));
  return NewMergingIterator(std::move(children));
}

TEST(MergingIterator, RandomWalksAgreeWithOneMap) {
  std::mt19937 random(17);
  for (const std::size_t part_count : {0U, 1U, 2U, 3U, 7U}) {
    for (const std::size_t pair_count : {0U, 1U, 5U, 200U}) {
      SCOPED_TRACE(testing::Message() << pair_count << " pairs in " << part_count << " parts");
      const Parts parts = RandomParts(part_count, pair_count);
      const std::unique_ptr<Iterator> iterator = Merge(parts);
      EXPECT_FALSE(iterator->Valid());
      auto at = parts.all.end();
      for (int step = 0; step < 3000; ++step) {
        switch (at == parts.all.end() ? random() % 3 : random() % 20) {
          case 0:
            iterator->SeekToFirst();
            at = parts.all.begin();
            break;
          case 1:
            iterator->SeekToLast();
            at = parts.all.empty() ? parts.all.end() : std::prev(parts.all.end());
            break;
          case 2: {
            const std::string target = Key("k" + std::to_string(random() % 45), random() % 220);
            iterator->Seek(target);
            at = parts.all.lower_bound(target);
            break;
          }
          case 3:
          case 4:
          case 5:
          case 6:
          case 7:
          case 8:
          case 9:
          case 10:
            iterator->Prev();
            at = at == parts.all.begin() ? parts.all.end() : std::prev(at);
            break;
          default:
            iterator->Next();
            ++at;
        }
        ASSERT_EQ(iterator->Valid(), at != parts.all.end());
        if (!iterator->Valid()) continue;
        ASSERT_EQ(iterator->key(), at->first);
        ASSERT_EQ(iterator->value(), at->second);
      }
      EXPECT_TRUE(iterator->status().ok());
    }
  }
}

// A child that fails at its n-th movement, for every n: until then all is right, and from then on
// nothing is shown, in particular no pair from behind the gap.
TEST(MergingIterator, FailingChildEndsTheWalkBeforeAnyGap) {
  const Parts parts = RandomParts(3, 60);
  for (const bool forward : {true, false}) {
    for (int moves = 0;; ++moves) {
      SCOPED_TRACE(moves);
      std::vector<std::unique_ptr<Iterator>> children;
      for (const Model& part : parts.parts) {
        const bool fails = &part == &parts.parts[1];
        children.push_back(std::make_unique<MapIterator>(&part, fails ? moves : 1 << 30));
      }
      const std::unique_ptr<Iterator> iterator = NewMergingIterator(std::move(children));
      std::vector<std::string> expected;
      for (const auto& [key, value] : parts.all) expected.push_back(key);
      if (!forward) std::reverse(expected.begin(), expected.end());
      forward ? iterator->SeekToFirst() : iterator->SeekToLast();
      std::size_t count = 0;
      while (iterator->Valid()) {
        ASSERT_EQ(iterator->key(), expected[count]);
        ++count;
        forward ? iterator->Next() : iterator->Prev();
      }
      if (iterator->status().ok()) {
        EXPECT_EQ(count, expected.size());
        EXPECT_GT(moves, 10);
        break;
      }
      EXPECT_EQ(iterator->status().code(), absl::StatusCode::kDataLoss);
      EXPECT_LE(count, expected.size());  // the last movement only finds the end
    }
  }
}

}  // namespace
}  // namespace harrow::engine
