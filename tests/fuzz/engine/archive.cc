#include "tests/fuzz/engine/archive.h"

#include <algorithm>
#include <cstdint>

#include "engine/coding.h"

namespace harrow::fuzz {
namespace {

constexpr std::size_t kFileCountMax = 64;
constexpr unsigned kTypeCount = static_cast<unsigned>(engine::FileType::kInfoLog) + 1;

// Types without a number are the only file of their name.
bool HasNumber(engine::FileType type) {
  return type != engine::FileType::kCurrent && type != engine::FileType::kLock &&
         type != engine::FileType::kInfoLog;
}

}  // namespace

std::string Pack(const std::vector<ArchivedFile>& files) {
  std::string archive;
  for (const ArchivedFile& file : files) {
    archive.push_back(static_cast<char>(file.name.type));
    engine::PutVarint64(&archive, file.name.number);
    engine::PutLengthPrefixed(&archive, file.contents);
  }
  return archive;
}

std::vector<ArchivedFile> Unpack(std::string_view archive) {
  std::vector<ArchivedFile> files;
  while (!archive.empty() && files.size() < kFileCountMax) {
    const unsigned type = static_cast<unsigned char>(archive.front()) % kTypeCount;
    archive.remove_prefix(1);
    std::uint64_t number = 0;
    std::uint32_t size = 0;
    if (!engine::GetVarint64(&archive, &number) || !engine::GetVarint32(&archive, &size)) break;
    const std::string_view contents =
        archive.substr(0, std::min<std::size_t>(size, archive.size()));
    archive.remove_prefix(contents.size());
    ArchivedFile file;
    file.name.type = static_cast<engine::FileType>(type);
    file.name.number = HasNumber(file.name.type) ? number : 0;
    file.contents = contents;
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace harrow::fuzz
