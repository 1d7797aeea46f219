#include "engine/batch_group.h"

#include <string>

#include "engine/memtable.h"
#include "engine/write_batch.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/group_contents.h"

namespace harrow::engine {
namespace {

WriteBatch First() {
  WriteBatch batch;
  batch.Put("a", "1");
  batch.Delete("b");
  batch.SetSequence(77);  // means nothing in a group
  return batch;
}

WriteBatch Second() {
  WriteBatch batch;
  batch.Put("c", std::string(1000, 'x'));
  return batch;
}

TEST(BatchGroup, RecordIsTheBatchThatHasAllEntriesInTurn) {
  const WriteBatch first = First();
  const WriteBatch second = Second();
  const WriteBatch empty;
  WriteBatch whole;
  for (const WriteBatch* batch : {&first, &empty, &second}) whole.Append(*batch);
  whole.SetSequence(9);

  BatchGroup group;
  for (const WriteBatch* batch : {&first, &empty, &second}) group.Append(*batch);
  group.SetSequence(9);
  EXPECT_EQ(ContentsOf(group), whole.Contents());
  EXPECT_EQ(group.Count(), 3U);
  EXPECT_EQ(group.batches().size(), 3U);
  EXPECT_EQ(first.Contents(), First().Contents());
}

TEST(BatchGroup, OneThatIsClearedStartsFromNothing) {
  BatchGroup group;
  const WriteBatch first = First();
  group.Append(first);
  group.SetSequence(5);
  group.Clear();
  group.SetSequence(0);
  EXPECT_EQ(ContentsOf(group), WriteBatch().Contents());
  EXPECT_EQ(group.Count(), 0U);
  EXPECT_TRUE(group.batches().empty());
  group.Append(first);
  EXPECT_EQ(group.Count(), 2U);
}

TEST(BatchGroup, EntriesAreNumberedOverAllBatches) {
  const WriteBatch first = First();
  WriteBatch again;
  again.Put("a", "2");
  BatchGroup group;
  group.Append(first);
  group.Append(again);
  group.SetSequence(100);
  MemTable memtable;
  InsertInto(group, &memtable);
  EXPECT_EQ(memtable.largest_sequence(), 102U);
  std::string value;
  absl::Status status;
  ASSERT_TRUE(memtable.Get(LookupKey("a", 101), &value, &status));
  EXPECT_EQ(value, "1");
  ASSERT_TRUE(memtable.Get(LookupKey("a", 102), &value, &status));
  EXPECT_EQ(value, "2");
  ASSERT_TRUE(memtable.Get(LookupKey("b", 101), &value, &status));
  EXPECT_TRUE(absl::IsNotFound(status));
}

}  // namespace
}  // namespace harrow::engine
