// Stores words in a database and reads them back: store DIRECTORY
#include <cstdio>
#include <memory>
#include <string>

#include "engine/db.h"

namespace engine = harrow::engine;

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 2) return Fail(absl::InvalidArgumentError("usage: store DIRECTORY"));
  engine::Options options;
  options.create_if_missing = true;
  absl::StatusOr<std::unique_ptr<engine::Db>> db = engine::Db::Open(options, argv[1]);
  if (!db.ok()) return Fail(db.status());

  engine::WriteBatch batch;
  batch.Put("one", "eins");
  batch.Put("two", "zwei");
  absl::Status status = (*db)->Write({.sync = true}, batch);
  if (!status.ok()) return Fail(status);

  const std::unique_ptr<engine::Iterator> it = (*db)->NewIterator({});
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    std::printf("%s: %s\n", std::string(it->key()).c_str(), std::string(it->value()).c_str());
  }
  return it->status().ok() ? 0 : Fail(it->status());
}
