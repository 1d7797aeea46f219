// The rows of the engine's benchmark, as LevelDB's db_bench defines them: keys of 16 bytes, values
// of 100 bytes that compress to half. With T threads each does entries / T operations.
//
//   fillseq           an empty store; every thread puts the keys 0, 1, 2, ... of its own count
//   fillrandom        an empty store; puts of keys drawn from all
//   overwrite         the same on a filled store
//   fillbatch         fillseq in batches of 1000
//   fillsync          fillrandom with sync, fewer of them
//   readrandom        a filled store; gets of keys drawn from all
//   readseq           every thread scans from the first key on
//   readwhilewriting  readrandom, while one more thread overwrites; the reads are counted
//
// Every value follows from its key and a salt of its run, so that what was written can be checked:
// after a fill one key in 64 is read back, and of what is read one value in 64 is compared.
#ifndef HARROW_TESTS_BENCH_STORE_ROWS_H_
#define HARROW_TESTS_BENCH_STORE_ROWS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "tests/bench/store.h"

namespace harrow::bench {

enum class Start { kEmpty, kFilled };
enum class Work { kWrite, kGet, kScan, kGetBesideWriter };
enum class Order { kSequential, kRandom };

struct Row {
  const char* name;
  Start start;
  Work work;
  Order order = Order::kRandom;
  std::uint32_t batch_size = 1;
  Durability durability = Durability::kLater;
};

std::span<const Row> AllRows();

struct Load {
  std::uint64_t entries = 0;  // operations of all threads; keys are below it
  int threads = 1;
  std::uint64_t salt = 0;  // of the values that are written
};

struct Measured {
  double ops_per_second = 0;
  double cpu_us_per_op = 0;  // of the whole process, background threads included
  std::uint64_t found = 0;   // keys or pairs that reads found; the same for every right store
};

// Runs a row on a store that stands as its start says, and checks what it wrote or read. A filled
// store was filled by Fill with the same entries. Ends the program where a value is not the right one.
Measured RunRow(const Row& row, const Load& load, Store* store);

// fillrandom by one thread, not measured, with salt 0.
void Fill(std::uint64_t entries, Store* store);

}  // namespace harrow::bench

#endif  // HARROW_TESTS_BENCH_STORE_ROWS_H_
