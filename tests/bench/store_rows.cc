// Threads wait at a gate, are let go together, and the clock runs from then to the end of the last.
#include "tests/bench/store_rows.h"

#include <sys/resource.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

namespace harrow::bench {
namespace {

constexpr std::size_t kKeySize = 16;
constexpr std::size_t kValueSize = 100;
constexpr std::uint64_t kCheckEvery = 64;
constexpr std::uint64_t kFillSeed = 0;  // salt 0, thread 0

constexpr std::array kRows = {
    Row{"fillseq", Start::kEmpty, Work::kWrite, Order::kSequential},
    Row{"fillrandom", Start::kEmpty, Work::kWrite},
    Row{"overwrite", Start::kFilled, Work::kWrite},
    Row{"fillbatch", Start::kEmpty, Work::kWrite, Order::kSequential, 1000},
    Row{"fillsync", Start::kEmpty, Work::kWrite, Order::kRandom, 1, Durability::kSynced},
    Row{"readrandom", Start::kFilled, Work::kGet},
    Row{"readseq", Start::kFilled, Work::kScan},
    Row{"readwhilewriting", Start::kFilled, Work::kGetBesideWriter},
};

[[noreturn]] void Wrong(const char* what) {
  std::fprintf(stderr, "engine_bench: the store is wrong: %s\n", what);
  std::exit(1);
}

// splitmix64 (Steele, Lea, Flood 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

// Half of each value is the other half again, and the halves are random.
const std::string& ValueBytes() {
  static const std::string bytes = [] {
    std::string text;
    Random random(301);
    while (text.size() < (1 << 20)) {
      std::string half;
      while (half.size() < kValueSize / 2) half += static_cast<char>(' ' + random.Next() % 95);
      text += half + half;
    }
    return text;
  }();
  return bytes;
}

// Those of neighbouring keys lie side by side: it is the store whose cache misses are measured.
std::string_view ValueOf(std::uint64_t key, std::uint64_t salt) {
  const std::string& bytes = ValueBytes();
  const std::uint64_t place = (key + salt) % (bytes.size() / kValueSize);
  return std::string_view(bytes).substr(place * kValueSize, kValueSize);
}

class Key {
 public:
  void Set(std::uint64_t number) {
    for (std::size_t i = kKeySize; i-- > 0; number /= 10) {
      digits_[i] = static_cast<char>('0' + number % 10);
    }
  }
  std::string_view view() const { return {digits_.data(), digits_.size()}; }

 private:
  std::array<char, kKeySize> digits_{};
};

// The keys of one thread, in its order.
class Keys {
 public:
  Keys(Order order, std::uint64_t limit, std::uint64_t seed)
      : order_(order), limit_(limit), random_(seed) {}
  std::uint64_t Next() {
    return order_ == Order::kSequential ? next_++ % limit_ : random_.Next() % limit_;
  }

 private:
  const Order order_;
  const std::uint64_t limit_;
  std::uint64_t next_ = 0;
  Random random_;
};

Keys KeysOf(const Row& row, const Load& load, int thread) {
  return {row.order, load.entries, 1000 * load.salt + static_cast<std::uint64_t>(thread)};
}

std::uint64_t OperationsOf(const Load& load) {
  return load.entries / static_cast<std::uint64_t>(load.threads);
}

void WriteEntries(const Row& row, const Load& load, int thread, Store* store) {
  Keys keys = KeysOf(row, load, thread);
  std::vector<Key> names(row.batch_size);
  std::vector<Entry> batch;
  for (std::uint64_t left = OperationsOf(load); left > 0;) {
    batch.clear();
    for (Key& name : names) {
      if (left == 0) break;
      --left;
      const std::uint64_t key = keys.Next();
      name.Set(key);
      batch.push_back({name.view(), ValueOf(key, load.salt)});
    }
    if (row.batch_size == 1) {
      store->Put(batch.front(), row.durability);
    } else {
      store->PutAll(batch, row.durability);
    }
  }
}

// Every thread of a run writes the same value to a key, so the last one is known.
void CheckWritten(const Row& row, const Load& load, Store* store) {
  Key name;
  std::string value;
  for (int thread = 0; thread < load.threads; ++thread) {
    Keys keys = KeysOf(row, load, thread);
    for (std::uint64_t i = 0; i < OperationsOf(load); ++i) {
      const std::uint64_t key = keys.Next();
      if (i % kCheckEvery != 0) continue;
      name.Set(key);
      if (!store->Get(name.view(), &value)) Wrong("a key that was put is absent");
      if (value != ValueOf(key, load.salt)) Wrong("a key has another value than the last put");
    }
  }
}

// A filled store's values may have been overwritten with any salt, but are values all the same.
void CheckRead(std::string_view value) {
  if (value.size() != kValueSize ||
      value.substr(0, kValueSize / 2) != value.substr(kValueSize / 2)) {
    Wrong("what was read is no value");
  }
}

std::uint64_t GetKeys(const Row& row, const Load& load, int thread, Store* store) {
  Keys keys = KeysOf(row, load, thread);
  Key name;
  std::string value;
  std::uint64_t found = 0;
  for (std::uint64_t i = 0; i < OperationsOf(load); ++i) {
    name.Set(keys.Next());
    if (!store->Get(name.view(), &value)) continue;
    if (++found % kCheckEvery == 0) CheckRead(value);
  }
  return found;
}

std::uint64_t ScanPairs(const Load& load, Store* store) {
  const std::uint64_t limit = OperationsOf(load);
  std::uint64_t found = 0;
  std::string last;
  store->Scan([&](const Entry& pair) {
    if (++found % kCheckEvery == 0) {
      CheckRead(pair.value);
      if (pair.key <= last) Wrong("a scan that does not ascend");
      last = pair.key;
    }
    return found < limit;
  });
  return found;
}

// Until the readers are done. Puts the keys of Fill, so that reads find as many.
void WriteBeside(const Load& load, const std::atomic<int>& readers, Store* store) {
  Key name;
  while (true) {
    Keys keys(Order::kRandom, load.entries, kFillSeed);
    for (std::uint64_t i = 0; i < load.entries; ++i) {
      if (readers.load(std::memory_order_relaxed) == 0) return;
      const std::uint64_t key = keys.Next();
      name.Set(key);
      store->Put({name.view(), ValueOf(key, load.salt)}, Durability::kLater);
    }
  }
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

std::span<const Row> AllRows() { return kRows; }

Measured RunRow(const Row& row, const Load& load, Store* store) {
  ValueBytes();
  std::latch gate(load.threads + 1);
  std::atomic<int> running{load.threads};
  std::atomic<std::uint64_t> found{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < load.threads; ++thread) {
    threads.emplace_back([&, thread] {
      gate.arrive_and_wait();
      switch (row.work) {
        case Work::kWrite:
          WriteEntries(row, load, thread, store);
          break;
        case Work::kScan:
          found += ScanPairs(load, store);
          break;
        case Work::kGet:
        case Work::kGetBesideWriter:
          found += GetKeys(row, load, thread, store);
          break;
      }
      --running;
    });
  }
  if (row.work == Work::kGetBesideWriter) {
    threads.emplace_back([&] { WriteBeside(load, running, store); });
  }
  const double cpu_start = CpuSeconds();
  const auto start = std::chrono::steady_clock::now();
  gate.arrive_and_wait();
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  const double cpu = CpuSeconds() - cpu_start;
  if (row.work == Work::kWrite) CheckWritten(row, load, store);

  const double operations =
      static_cast<double>(OperationsOf(load) * static_cast<std::uint64_t>(load.threads));
  return {operations / spent.count(), cpu * 1e6 / operations, found.load()};
}

void Fill(std::uint64_t entries, Store* store) {
  const Row row{"fill", Start::kEmpty, Work::kWrite};
  const Load load{entries, 1, 0};
  WriteEntries(row, load, 0, store);
  CheckWritten(row, load, store);
}

}  // namespace harrow::bench
