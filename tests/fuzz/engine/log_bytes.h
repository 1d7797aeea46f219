// Logs and manifests as bytes for fuzzers: taken apart into records, put together again, and with checksums that are right, so that
// what is changed inside gets past them.
//
// Threading: pure functions.
#ifndef HARROW_TESTS_FUZZ_ENGINE_LOG_BYTES_H_
#define HARROW_TESTS_FUZZ_ENGINE_LOG_BYTES_H_

#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/engine/mutate.h"

namespace harrow::fuzz {

// The records before the first bad place.
std::vector<std::string> SplitRecords(std::string_view log);
// A log of these records.
std::string JoinRecords(const std::vector<std::string>& records);
// Gives each fragment, found by the sizes in front of it, the checksum that it should have.
void FixLogChecksums(std::string* log);

// Makes a batch's count what its records are, up to the first that is none, and cuts the rest off.
void FixBatch(std::string* batch);

// Changes the bytes somewhere, mostly in a way that leaves checksums right; `change` is applied to one record.
void MutateLog(std::string* log, Draw* draw, void (*change)(std::string* record, Draw* draw));
// A change of a record that is a batch, mostly to one that still is.
void MutateBatch(std::string* batch, Draw* draw);

}  // namespace harrow::fuzz

#endif  // HARROW_TESTS_FUZZ_ENGINE_LOG_BYTES_H_
