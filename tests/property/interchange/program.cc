#include "tests/property/interchange/program.h"

#include <tuple>
#include <utility>

#include "engine/log_format.h"

namespace harrow::interchange {
namespace {

// A plain generator for what a number stands for: always the same bytes.
class Bits {
 public:
  explicit Bits(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15U + 1) {}
  std::uint64_t Next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return state_ >> 33;
  }

 private:
  std::uint64_t state_;
};

// Around the sizes at which a record or a block becomes two, and rarely more.
rc::Gen<std::size_t> AnyValueSize() {
  return rc::gen::weightedOneOf<std::size_t>(
      {{20, rc::gen::inRange<std::size_t>(0, 300)},
       {3, rc::gen::inRange<std::size_t>(900, 5000)},
       {2, rc::gen::inRange<std::size_t>(engine::kLogBlockSize - 60, engine::kLogBlockSize + 60)},
       {1, rc::gen::inRange<std::size_t>(60'000, 200'000)}});
}

rc::Gen<std::size_t> AnyKey() {
  return rc::gen::oneOf(rc::gen::inRange<std::size_t>(0, 40),
                        rc::gen::inRange<std::size_t>(0, kKeyCount));
}

rc::Gen<Change> AnyChange() {
  return rc::gen::build<Change>(
      rc::gen::set(&Change::key, AnyKey()),
      rc::gen::set(&Change::put, rc::gen::weightedElement<bool>({{3, true}, {1, false}})),
      rc::gen::set(&Change::value_size, AnyValueSize()),
      rc::gen::set(&Change::value_kind, rc::gen::inRange<std::size_t>(0, 30)));
}

rc::Gen<Step> AnyWrite() {
  return rc::gen::build<Step>(
      rc::gen::set(&Step::kind, rc::gen::just(Step::Kind::kWrite)),
      rc::gen::set(&Step::sync, rc::gen::weightedElement<bool>({{5, false}, {1, true}})),
      rc::gen::set(&Step::changes,
                   rc::gen::scale(0.2, rc::gen::container<std::vector<Change>>(AnyChange()))));
}

rc::Gen<Step> AnyFill() {
  return rc::gen::build<Step>(
      rc::gen::set(&Step::kind, rc::gen::just(Step::Kind::kFill)),
      rc::gen::set(&Step::fill_count, rc::gen::inRange<std::size_t>(0, 1200)),
      rc::gen::set(&Step::fill_seed, rc::gen::inRange<std::size_t>(0, 1000)));
}

rc::Gen<Step> AnyCompactRange() {
  return rc::gen::build<Step>(rc::gen::set(&Step::kind, rc::gen::just(Step::Kind::kCompactRange)),
                              rc::gen::set(&Step::everything),
                              rc::gen::set(&Step::first_key, AnyKey()),
                              rc::gen::set(&Step::last_key, AnyKey()));
}

rc::Gen<Step> Just(Step::Kind kind) {
  return rc::gen::build<Step>(rc::gen::set(&Step::kind, rc::gen::just(kind)));
}

const char* KindName(Step::Kind kind) {
  switch (kind) {
    case Step::Kind::kWrite:
      return "write";
    case Step::Kind::kFill:
      return "fill";
    case Step::Kind::kFlush:
      return "flush";
    case Step::Kind::kCompactRange:
      return "compact";
    case Step::Kind::kTakeSnapshot:
      return "snapshot";
    case Step::Kind::kReleaseSnapshot:
      return "release";
    case Step::Kind::kReopen:
      return "reopen";
  }
  return "?";
}

}  // namespace

std::string KeyBytes(std::size_t key) {
  switch (key) {
    case 0:
      return "";
    case 1:
      return {'\0'};
    case 2:
      return {'\xff'};
    case 3:
      return {'\xff', '\xff'};
    case 4:
      return {'\0', '\0'};
    case 5:
      return std::string(300, 'L');
    case 6:
      return std::string(300, 'L') + "M";
    case 7:
      return {'k', '\xff', '\xff', '\xff'};
    default:
      break;
  }
  std::string text = "key" + std::to_string(key * 2654435761U % 1'000'003);
  if (key % 5 == 0) text.append(40, '.');
  if (key % 7 == 0) text.push_back('\0');
  return text;
}

std::string ValueBytes(const Change& change) {
  Bits bits(change.value_kind);
  std::string bytes;
  if (change.value_kind % 3 == 0) {  // shrinks to next to nothing
    bytes.assign(change.value_size, static_cast<char>('a' + bits.Next() % 26));
  } else if (change.value_kind % 3 == 1) {  // does not shrink
    while (bytes.size() < change.value_size) bytes.push_back(static_cast<char>(bits.Next()));
  } else {
    while (bytes.size() < change.value_size) bytes += std::to_string(bits.Next() % 50) + ", ";
    bytes.resize(change.value_size);
  }
  return bytes;
}

Change FillChange(const Step& step, std::size_t index) {
  Bits bits(step.fill_seed * 5000 + index);
  Change change;
  // Every other fill is within a part of the keys.
  const std::size_t key_count = step.fill_seed % 2 == 0 ? kKeyCount : 300;
  change.key = bits.Next() % key_count;
  change.put = bits.Next() % 4 != 0;
  change.value_size = bits.Next() % (bits.Next() % 100 == 0 ? 20'000 : 250);
  change.value_kind = bits.Next() % 30;
  return change;
}

rc::Gen<StoreOptions> AnyStoreOptions() {
  return rc::gen::build<StoreOptions>(
      rc::gen::set(&StoreOptions::write_buffer_size,
                   rc::gen::element<std::size_t>(4 << 20, 64 << 10, 4 << 10)),
      rc::gen::set(&StoreOptions::max_file_size,
                   rc::gen::element<std::size_t>(2 << 20, 1 << 20, 20 << 10)),
      rc::gen::set(&StoreOptions::block_size, rc::gen::element<std::size_t>(4096, 1024, 32768)),
      rc::gen::set(&StoreOptions::restart_interval, rc::gen::element(16, 1, 2, 100)),
      rc::gen::set(&StoreOptions::bloom_bits_per_key, rc::gen::element(0, 10, 1)),
      rc::gen::set(&StoreOptions::max_bytes_for_level_base,
                   rc::gen::element<std::uint64_t>(10 << 20, 50 << 10)),
      rc::gen::set(&StoreOptions::snappy), rc::gen::set(&StoreOptions::paranoid));
}

rc::Gen<std::vector<Step>> AnyWritingSteps() {
  return rc::gen::scale(0.3, rc::gen::container<std::vector<Step>>(
                                 rc::gen::weightedOneOf<Step>({{8, AnyWrite()},
                                                               {4, AnyFill()},
                                                               {1, Just(Step::Kind::kFlush)},
                                                               {1, AnyCompactRange()}})));
}

rc::Gen<std::vector<Step>> AnySteps() {
  return rc::gen::scale(0.3, rc::gen::container<std::vector<Step>>(rc::gen::weightedOneOf<Step>(
                                 {{8, AnyWrite()},
                                  {4, AnyFill()},
                                  {1, Just(Step::Kind::kFlush)},
                                  {1, AnyCompactRange()},
                                  {2, Just(Step::Kind::kTakeSnapshot)},
                                  {1, Just(Step::Kind::kReleaseSnapshot)},
                                  {1, Just(Step::Kind::kReopen)}})));
}

rc::Gen<Turn> AnyTurn() {
  return rc::gen::build<Turn>(rc::gen::set(&Turn::options, AnyStoreOptions()),
                              rc::gen::set(&Turn::steps, AnySteps()));
}

void showValue(const StoreOptions& options, std::ostream& out) {
  out << "write_buffer_size " << options.write_buffer_size << ", max_file_size "
      << options.max_file_size << ", block_size " << options.block_size << ", restart_interval "
      << options.restart_interval << ", bloom " << options.bloom_bits_per_key << ", level base "
      << options.max_bytes_for_level_base << (options.snappy ? ", snappy" : "")
      << (options.paranoid ? ", paranoid" : "");
}

void showValue(const Step& step, std::ostream& out) {
  out << KindName(step.kind) << (step.sync ? " sync" : "");
  for (const Change& change : step.changes) {
    out << (change.put ? " put " : " delete ") << change.key;
    if (change.put) out << "=" << change.value_size << "*" << change.value_kind;
  }
  if (step.kind == Step::Kind::kFill) out << " " << step.fill_count << " seed " << step.fill_seed;
  if (step.kind == Step::Kind::kCompactRange) {
    if (step.everything) {
      out << " everything";
    } else {
      out << " " << step.first_key << " " << step.last_key;
    }
  }
}

void showValue(const Turn& turn, std::ostream& out) {
  out << "\n  turn: ";
  showValue(turn.options, out);
  for (const Step& step : turn.steps) {
    out << "\n    ";
    showValue(step, out);
  }
}

}  // namespace harrow::interchange
