// What DestroyDb removes, what it leaves, and in which order.
#include "engine/destroy_db.h"

#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "tests/unit/engine/db_fixture.h"

namespace harrow::engine {
namespace {

class DestroyDbTest : public DbTest {
 protected:
  void MakeDatabase() {
    Model model;
    Open();
    Churn(500, &model);
    ASSERT_TRUE(db_->Flush().ok());
    Churn(10, &model);
    Open();
    db_.reset();
    ASSERT_TRUE(std::filesystem::exists(directory_.File("LOG.old")));
  }
  void Touch(std::string_view name) const {
    ASSERT_TRUE(AppendFile::Create(directory_.File(name)).ok());
  }
};

TEST_F(DestroyDbTest, LeavesNothing) {
  MakeDatabase();
  Touch("000900.sst");
  Touch("000901.dbtmp");
  EXPECT_EQ(DestroyDb(options_, path()), absl::OkStatus());
  EXPECT_FALSE(std::filesystem::exists(path()));
  EXPECT_EQ(DestroyDb(options_, path()), absl::OkStatus());  // there is none: as good
}

TEST_F(DestroyDbTest, LeavesForeignFilesAndTheirDirectory) {
  MakeDatabase();
  const std::vector<std::string> foreign = {"000007.ldb.bak", "7.log",      "CURRENT.old",
                                            "LOG.older",      "MANIFEST-7", "lost",
                                            "notes",          "x000007.log"};
  for (const std::string& name : foreign) {
    if (name == "lost") {
      ASSERT_EQ(::mkdir(directory_.File(name).c_str(), 0755), 0);
      Touch("lost/000001.ldb");
    } else {
      Touch(name);
    }
  }
  EXPECT_EQ(DestroyDb(options_, path()), absl::OkStatus());
  EXPECT_EQ(ListDirectory(path()).value(), foreign);
  EXPECT_TRUE(std::filesystem::exists(directory_.File("lost/000001.ldb")));
}

TEST_F(DestroyDbTest, ADirectoryWithoutADatabaseIsLeftAlone) {
  Touch("notes");
  EXPECT_EQ(DestroyDb(options_, path()), absl::OkStatus());
  EXPECT_EQ(ListDirectory(path()).value(), std::vector<std::string>{"notes"});
}

TEST_F(DestroyDbTest, AnOpenDatabaseIsRefused) {
  Open();
  ASSERT_TRUE(Put("a", "1").ok());
  EXPECT_EQ(DestroyDb(options_, path()).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Get("a"), "1");
  Open();
  EXPECT_EQ(Get("a"), "1");
}

TEST_F(DestroyDbTest, WhereCurrentCannotBeRemovedNothingIs) {
  MakeDatabase();
  std::filesystem::remove(directory_.File("CURRENT"));
  std::filesystem::create_directory(directory_.File("CURRENT"));  // unlink fails
  const std::vector<std::string> before = ListDirectory(path()).value();
  EXPECT_EQ(DestroyDb(options_, path()).code(), absl::StatusCode::kInternal);
  EXPECT_EQ(ListDirectory(path()).value(), before);
}

TEST_F(DestroyDbTest, TheFirstFailureIsReportedAndTheRestIsRemoved) {
  MakeDatabase();
  std::filesystem::create_directory(directory_.File("000900.ldb"));
  std::filesystem::create_directory(directory_.File("000901.ldb"));
  const absl::Status status = DestroyDb(options_, path());
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_NE(status.message().find("000900.ldb"), std::string::npos) << status;
  const std::vector<std::string> left = {"000900.ldb", "000901.ldb", "LOCK"};
  EXPECT_EQ(ListDirectory(path()).value(), left);
  // What is left is no database.
  EXPECT_EQ(Db::Open(options_, path()).status().code(), absl::StatusCode::kDataLoss);
  std::filesystem::remove(directory_.File("000900.ldb"));
  std::filesystem::remove(directory_.File("000901.ldb"));
  EXPECT_EQ(DestroyDb(options_, path()), absl::OkStatus());
  EXPECT_FALSE(std::filesystem::exists(path()));
}

}  // namespace
}  // namespace harrow::engine
