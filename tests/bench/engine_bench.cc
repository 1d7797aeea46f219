// The engine beside stock LevelDB, in one process, on real threads and real files, with the same
// options: the same row by turns on the one and the other, on the disk and on /dev/shm, by one
// thread and by several, with and without compression. ENGINE.md is the page about it.
//
// A machine has good and bad minutes. Each run of the one has a run of the other right beside it,
// so it is the ratio of the two that is kept, and the median of the ratios that is shown.
#include <gflags/gflags.h>
#include <sys/vfs.h>

#include <algorithm>
#include <charconv>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/store.h"
#include "tests/bench/store_rows.h"

DEFINE_string(rows, "", "only these, separated by commas; empty: all");
DEFINE_string(dirs, "build/engine_bench,/dev/shm/engine_bench",
              "directories to run in; each is made, and removed with all that it holds");
DEFINE_string(threads, "1,4", "numbers of threads");
DEFINE_string(compression, "none,snappy", "none, snappy or both");
DEFINE_string(only, "", "engine or stock: that one alone, for profiling; empty: both");
DEFINE_uint64(entries, 500'000,
              "operations of a run; fillsync: a thirtieth, on a disk a hundredth");
DEFINE_uint64(write_buffer_size, 4 << 20, "bytes");
DEFINE_bool(map_tables, true, "whether the engine reads its tables through memory maps");
DEFINE_int32(repetitions, 5,
             "runs of each of the two, odd; three times as many near a ratio of 1 or 2");
DEFINE_bool(quick, false, "a fifth of the entries and three repetitions");
DEFINE_string(markdown, "", "a file for the table as Markdown");

namespace harrow::bench {
namespace {

constexpr long kTmpfsMagic = 0x01021994;  // linux/magic.h

[[noreturn]] void Usage(const std::string& text) {
  std::fprintf(stderr, "engine_bench: %s\n", text.c_str());
  std::exit(20);
}

std::vector<std::string> Split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (end > 0) parts.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return parts;
}

// What the table has a line for.
struct Cell {
  Row row;
  std::string directory;
  int threads = 1;
  Compression compression = Compression::kNone;
};

struct Line {
  Cell cell;
  std::uint64_t entries = 0;
  std::vector<double> engine, stock, ratio;  // operations a second, and the one by the other
  std::vector<double> engine_cpu, stock_cpu;
};

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

bool InMemory(const std::string& directory) {
  struct statfs info {};
  return statfs(directory.c_str(), &info) == 0 && info.f_type == kTmpfsMagic;
}

// Where noise would decide on which side of 1 or 2, the ratios that are asked for, the median falls.
bool IsNearLimit(double ratio) { return std::abs(ratio - 1) < 0.1 || std::abs(ratio - 2) < 0.2; }

std::uint64_t EntriesOf(const Cell& cell) {
  if (cell.row.durability == Durability::kLater) return FLAGS_entries;
  return std::max<std::uint64_t>(FLAGS_entries / (InMemory(cell.directory) ? 30 : 100), 40);
}

const char* NameOf(Compression compression) {
  return compression == Compression::kNone ? "none" : "snappy";
}

class Bench {
 public:
  // Runs what a line needs, the two by turns.
  Line Run(const Cell& cell) {
    Line line;
    line.cell = cell;
    line.entries = EntriesOf(cell);
    int repetitions = FLAGS_repetitions;
    for (int i = 0; i < repetitions; ++i) {
      const Load load{line.entries, cell.threads, static_cast<std::uint64_t>(i) + 1};
      Measured engine;
      Measured stock;
      const bool stock_first = i % 2 == 1;
      if (FLAGS_only != "engine" && stock_first) stock = RunOne(Maker::kStock, cell, load);
      if (FLAGS_only != "stock") engine = RunOne(Maker::kEngine, cell, load);
      if (FLAGS_only != "engine" && !stock_first) stock = RunOne(Maker::kStock, cell, load);
      if (FLAGS_only.empty() && engine.found != stock.found) {
        std::fprintf(stderr, "engine_bench: %s found %" PRIu64 ", stock %" PRIu64 "\n",
                     cell.row.name, engine.found, stock.found);
        std::exit(1);
      }
      line.engine.push_back(engine.ops_per_second);
      line.stock.push_back(stock.ops_per_second);
      line.engine_cpu.push_back(engine.cpu_us_per_op);
      line.stock_cpu.push_back(stock.cpu_us_per_op);
      if (stock.ops_per_second > 0) {
        line.ratio.push_back(engine.ops_per_second / stock.ops_per_second);
      }
      const bool last = i + 1 == FLAGS_repetitions;
      if (last && !line.ratio.empty() && IsNearLimit(Median(line.ratio))) repetitions *= 3;
    }
    return line;
  }

 private:
  // A filled store serves all rows that start with one, of its directory and compression.
  Measured RunOne(Maker maker, const Cell& cell, const Load& load) {
    StoreOptions options;
    options.compression = cell.compression;
    options.write_buffer_size = FLAGS_write_buffer_size;
    options.map_tables = FLAGS_map_tables;
    const bool filled = cell.row.start == Start::kFilled;
    const std::string directory = cell.directory + (maker == Maker::kEngine ? "/engine" : "/stock");
    const std::string path =
        directory + (filled ? std::string("_filled_") + NameOf(cell.compression) : "");
    const bool fill = filled && filled_.insert(path).second;
    if (!filled || fill) std::filesystem::remove_all(path);
    const std::unique_ptr<Store> store = OpenStore(maker, path, options);
    if (fill) Fill(load.entries, store.get());
    if (filled) store->Compact();
    return RunRow(cell.row, load, store.get());
  }

  std::set<std::string> filled_;
};

void PrintHead() {
  std::printf("%-16s %-22s %7s %-8s %9s %12s %12s %7s %15s\n", "row", "directory", "threads",
              "compress", "entries", "engine op/s", "stock op/s", "ratio", "CPU us/op");
}

void Print(const Line& line) {
  std::printf("%-16s %-22s %7d %-8s %9" PRIu64 " %12.0f %12.0f %7.2f %7.2f %7.2f\n",
              line.cell.row.name, line.cell.directory.c_str(), line.cell.threads,
              NameOf(line.cell.compression), line.entries, Median(line.engine), Median(line.stock),
              Median(line.ratio), Median(line.engine_cpu), Median(line.stock_cpu));
  std::fflush(stdout);
}

void WriteMarkdown(const std::string& path, const std::vector<Line>& lines) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) Usage("cannot write " + path);
  std::fprintf(file,
               "| row | directory | threads | compression | engine op/s | stock op/s | ratio |\n"
               "|---|---|--:|---|--:|--:|--:|\n");
  for (const Line& line : lines) {
    std::fprintf(file, "| %s | %s | %d | %s | %.0f | %.0f | %.2f |\n", line.cell.row.name,
                 InMemory(line.cell.directory) ? "memory" : "disk", line.cell.threads,
                 NameOf(line.cell.compression), Median(line.engine), Median(line.stock),
                 Median(line.ratio));
  }
  if (std::fclose(file) != 0) Usage("cannot write " + path);
}

std::vector<Row> ChosenRows() {
  std::vector<Row> rows;
  if (FLAGS_rows.empty()) rows.assign(AllRows().begin(), AllRows().end());
  for (const std::string& name : Split(FLAGS_rows)) {
    const auto found = std::find_if(AllRows().begin(), AllRows().end(),
                                    [&](const Row& row) { return row.name == name; });
    if (found == AllRows().end()) Usage("--rows: there is no row " + name);
    rows.push_back(*found);
  }
  return rows;
}

std::vector<int> ChosenThreads() {
  std::vector<int> counts;
  for (const std::string& text : Split(FLAGS_threads)) {
    int count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || *end != '\0' || count < 1 || count > 64) {
      Usage("--threads: expected numbers from 1 to 64, found " + text);
    }
    counts.push_back(count);
  }
  return counts;
}

std::vector<Compression> ChosenCompressions() {
  std::vector<Compression> kinds;
  for (const std::string& text : Split(FLAGS_compression)) {
    if (text != "none" && text != "snappy") {
      Usage("--compression: expected none or snappy, found " + text);
    }
    kinds.push_back(text == "none" ? Compression::kNone : Compression::kSnappy);
  }
  return kinds;
}

std::vector<Cell> ChosenCells() {
  std::vector<Cell> cells;
  for (const std::string& directory : Split(FLAGS_dirs)) {
    for (const Compression compression : ChosenCompressions()) {
      for (const int threads : ChosenThreads()) {
        for (const Row& row : ChosenRows()) cells.push_back({row, directory, threads, compression});
      }
    }
  }
  return cells;
}

int Main() {
  if (!FLAGS_only.empty() && FLAGS_only != "engine" && FLAGS_only != "stock") {
    Usage("--only: expected engine or stock, found " + FLAGS_only);
  }
  if (FLAGS_quick) {
    FLAGS_entries /= 5;
    FLAGS_repetitions = 3;
  }
  if (FLAGS_repetitions < 1 || FLAGS_entries < 1000) {
    Usage("expected --repetitions of 1 or more and --entries of 1000 or more");
  }
  const std::vector<Cell> cells = ChosenCells();
  for (const std::string& directory : Split(FLAGS_dirs)) {
    std::filesystem::create_directories(directory);
  }
  PrintHead();
  Bench bench;
  std::vector<Line> lines;
  for (const Cell& cell : cells) {
    lines.push_back(bench.Run(cell));
    Print(lines.back());
  }
  if (!FLAGS_markdown.empty()) WriteMarkdown(FLAGS_markdown, lines);
  for (const std::string& directory : Split(FLAGS_dirs)) std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace harrow::bench

int main(int argc, char** argv) {
  gflags::SetUsageMessage("[flags]: the engine beside stock LevelDB");
  gflags::ParseCommandLineFlags(&argc, &argv, true);
  if (argc > 1) {
    std::fprintf(stderr, "engine_bench: expected flags alone, found %s\n", argv[1]);
    return 20;
  }
  return harrow::bench::Main();
}
