#include "tests/property/interchange/comparison.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace harrow::interchange {
namespace {

std::string InWords(std::string_view bytes) {
  const absl::string_view start(bytes.data(), std::min<std::size_t>(bytes.size(), 40));
  return absl::StrCat("\"", absl::CHexEscape(start), "\" (", bytes.size(), " bytes)");
}

std::string At(const engine::Iterator& it, Model::const_iterator expected, const Model& model) {
  if (!it.status().ok()) return absl::StrCat("iterator: ", it.status().ToString());
  if (it.Valid() != (expected != model.end())) {
    return it.Valid() ? "iterator: at " + InWords(it.key()) + ", expected the end"
                      : "iterator: at the end, expected " + InWords(expected->first);
  }
  if (!it.Valid()) return "";
  if (it.key() != expected->first) {
    return "iterator: at " + InWords(it.key()) + ", expected " + InWords(expected->first);
  }
  if (it.value() != expected->second) {
    return "iterator: at " + InWords(it.key()) + " shows " + InWords(it.value()) + ", expected " +
           InWords(expected->second);
  }
  return "";
}

std::string Forward(engine::Iterator* it, const Model& model) {
  auto expected = model.begin();
  for (it->SeekToFirst();; it->Next(), ++expected) {
    std::string difference = At(*it, expected, model);
    if (!difference.empty() || !it->Valid()) return difference;
  }
}

std::string Backward(engine::Iterator* it, const Model& model) {
  auto expected = model.end();
  for (it->SeekToLast();; it->Prev()) {
    expected = expected == model.begin() ? model.end() : std::prev(expected);
    std::string difference = At(*it, expected, model);
    if (!difference.empty() || !it->Valid()) return difference;
  }
}

// Seeks, and some steps this way and that from each.
std::string ToAndFro(engine::Iterator* it, const Model& model) {
  std::size_t place = model.size();
  for (int round = 0; round < 60; ++round) {
    place = place * 31 + 17;
    const std::string target = KeyBytes(place % kKeyCount).substr(0, place % 11 == 0 ? 4 : 300);
    it->Seek(target);
    auto expected = model.lower_bound(target);
    for (std::size_t step = 0; step < 6; ++step) {
      std::string difference = At(*it, expected, model);
      if (!difference.empty()) return "after a seek to " + InWords(target) + ": " + difference;
      if (expected == model.end()) break;
      if ((place >> step) % 2 == 0) {
        it->Next();
        ++expected;
      } else {
        it->Prev();
        expected = expected == model.begin() ? model.end() : std::prev(expected);
      }
    }
  }
  return "";
}

std::string Lookup(Store* store, const HeldSnapshot* snapshot, const Model& model,
                   const std::string& key) {
  const absl::StatusOr<std::optional<std::string>> found = store->Get(key, snapshot);
  if (!found.ok()) return absl::StrCat("get ", InWords(key), ": ", found.status().ToString());
  const auto expected = model.find(key);
  if (found->has_value() != (expected != model.end())) {
    return "get " + InWords(key) + (found->has_value() ? ": found, but" : ": not found, but not") +
           " absent";
  }
  if (found->has_value() && **found != expected->second) {
    return "get " + InWords(key) + ": " + InWords(**found) + ", expected " +
           InWords(expected->second);
  }
  return "";
}

}  // namespace

void Apply(const std::vector<Change>& changes, Model* model) {
  for (const Change& change : changes) {
    if (change.put) {
      (*model)[KeyBytes(change.key)] = ValueBytes(change);
    } else {
      model->erase(KeyBytes(change.key));
    }
  }
}

std::string Difference(Store* store, const HeldSnapshot* snapshot, const Model& expected) {
  {
    const std::unique_ptr<engine::Iterator> it = store->NewIterator(snapshot);
    std::string difference = Forward(it.get(), expected);
    if (difference.empty()) difference = Backward(it.get(), expected);
    if (difference.empty()) difference = ToAndFro(it.get(), expected);
    if (!difference.empty()) return difference;
  }
  for (const auto& [key, value] : expected) {
    std::string difference = Lookup(store, snapshot, expected, key);
    if (!difference.empty()) return difference;
  }
  // Present or not.
  for (std::size_t key = 0; key < kKeyCount; key += key < 100 ? 1 : 7) {
    for (const char* const suffix : {"", "!"}) {
      std::string difference = Lookup(store, snapshot, expected, KeyBytes(key) + suffix);
      if (!difference.empty()) return difference;
    }
  }
  return "";
}

}  // namespace harrow::interchange
