// What is done to a directory by stores of two makes, as a value that rapidcheck draws, shrinks and prints.
//
//   program := turn*     each turn another store opens the directory, works, and closes it
//   turn    := options, step*
//
// Keys and values are small numbers here and bytes only when they are used, so that a printed program is short, and all of it.
//
// Threading: values.
#ifndef HARROW_TESTS_PROPERTY_INTERCHANGE_PROGRAM_H_
#define HARROW_TESTS_PROPERTY_INTERCHANGE_PROGRAM_H_

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "rapidcheck.h"

namespace harrow::interchange {

// Options of both stores; each raises what it finds too small.
struct StoreOptions {
  std::size_t write_buffer_size = 4 << 20;
  std::size_t max_file_size = 2 << 20;
  std::size_t block_size = 4096;
  int restart_interval = 16;
  int bloom_bits_per_key = 0;  // 0: no filter
  bool snappy = false;
  std::uint64_t max_bytes_for_level_base = 10 << 20;  // only here: LevelDB has a constant
  bool paranoid = false;                              // only LevelDB
};

// A put, or a deletion.
struct Change {
  std::size_t key = 0;
  bool put = false;
  std::size_t value_size = 0;
  std::size_t value_kind = 0;
};

// Above these the keys have no meaning of their own; `KeyCount` of them are used.
inline constexpr std::size_t kKeyCount = 2000;
std::string KeyBytes(std::size_t key);
std::string ValueBytes(const Change& change);

struct Step {
  enum class Kind : std::uint8_t {
    kWrite,            // the changes, as one batch
    kFill,             // so many batches of one change each, drawn from the seed
    kFlush,            // the memtable to a table
    kCompactRange,     // keys, both ends included, or everything
    kTakeSnapshot,     //
    kReleaseSnapshot,  // the oldest held, which must still show what it did
    kReopen
  };
  Kind kind = Kind::kWrite;
  bool sync = false;
  std::vector<Change> changes;
  std::size_t fill_count = 0;
  std::size_t fill_seed = 0;
  bool everything = false;
  std::size_t first_key = 0;
  std::size_t last_key = 0;
};

// The i-th change of a fill.
Change FillChange(const Step& step, std::size_t index);

struct Turn {
  StoreOptions options;
  std::vector<Step> steps;
};

using Program = std::vector<Turn>;

rc::Gen<StoreOptions> AnyStoreOptions();
// Steps of any kind; or those only that need no open snapshot and no second opening.
rc::Gen<std::vector<Step>> AnySteps();
rc::Gen<std::vector<Step>> AnyWritingSteps();
rc::Gen<Turn> AnyTurn();

// For rapidcheck's reports.
void showValue(const StoreOptions& options, std::ostream& out);
void showValue(const Step& step, std::ostream& out);
void showValue(const Turn& turn, std::ostream& out);

}  // namespace harrow::interchange

#endif  // HARROW_TESTS_PROPERTY_INTERCHANGE_PROGRAM_H_
