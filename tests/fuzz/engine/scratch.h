// A directory for the files of one fuzzer's process, in memory where the machine has such a place; removed at its end.
#ifndef HARROW_TESTS_FUZZ_ENGINE_SCRATCH_H_
#define HARROW_TESTS_FUZZ_ENGINE_SCRATCH_H_

#include <map>
#include <string>
#include <string_view>

namespace harrow::fuzz {

// Made at the first call.
const std::string& ScratchDirectory();

// Removes what is in it.
void ClearScratch();
void WriteScratchFile(const std::string& name, std::string_view contents);
// Name to contents, of all files; those in folders are left out.
std::map<std::string, std::string> ReadScratch();

}  // namespace harrow::fuzz

#endif  // HARROW_TESTS_FUZZ_ENGINE_SCRATCH_H_
