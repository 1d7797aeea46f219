// A database's directory as one string of bytes.
//
//   archive := file*
//   file    := byte type, varint64 number, varint32 size, bytes      type and number as in engine/file_name.h
//
// Threading: pure functions.
#ifndef HARROW_TESTS_FUZZ_ENGINE_ARCHIVE_H_
#define HARROW_TESTS_FUZZ_ENGINE_ARCHIVE_H_

#include <string>
#include <string_view>
#include <vector>

#include "engine/file_name.h"

namespace harrow::fuzz {

struct ArchivedFile {
  engine::FileName name;
  std::string contents;
};

std::string Pack(const std::vector<ArchivedFile>& files);
// Any bytes: what is cut short ends with the bytes, an unknown type is another one, and what comes after the first number that is
// none is left out. No more than 64 files.
std::vector<ArchivedFile> Unpack(std::string_view archive);

}  // namespace harrow::fuzz

#endif  // HARROW_TESTS_FUZZ_ENGINE_ARCHIVE_H_
