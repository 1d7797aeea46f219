#include "sim/harness/sweep/cell_fields.h"

#include <algorithm>
#include <string>
#include <vector>

namespace harrow::harness {
namespace {

using Json = nlohmann::ordered_json;

// By the name of a cell that was reached at all: how often in each profile, up to the last in which it was.
Json MediumObject(const Tally& tally) {
  Json object = Json::object();
  for (std::size_t at = 0; at < disk::kMediumCellCount; ++at) {
    const auto cell = static_cast<disk::MediumCell>(at);
    std::size_t size = tally.medium.size();
    while (size > 0 && tally.medium[size - 1].Get(cell) == 0) --size;
    if (size == 0) continue;
    Json& list = object[disk::ToText(cell)] = Json::array();
    for (std::size_t profile = 0; profile < size; ++profile)
      list.push_back(tally.medium[profile].Get(cell));
  }
  return object;
}

std::string NameOf(faults::EffectKind effect, faults::OpKind operation) {
  return std::string(ToText(effect)) + " of " + std::string(ToText(operation));
}

std::string NameOf(faults::EffectKind effect, faults::FileKind file) {
  return std::string(ToText(effect)) + " on " + std::string(ToText(file));
}

// Calls `visit(name, row)` for each effect on each operation, and on each kind of file.
template <typename Cells, typename Visit>
void ForEachRow(Cells* cells, Visit visit) {
  for (std::size_t at = 0; at < faults::kEffectCount; ++at) {
    const auto effect = static_cast<faults::EffectKind>(at);
    for (std::size_t one = 0; one < faults::kOperationCount; ++one) {
      const auto operation = static_cast<faults::OpKind>(one);
      visit(NameOf(effect, operation), &cells->On(effect, operation));
    }
    for (std::size_t one = 0; one < faults::kFileCount; ++one) {
      const auto file = static_cast<faults::FileKind>(one);
      visit(NameOf(effect, file), &cells->On(effect, file));
    }
  }
}

Json EffectsObject(const faults::EffectCells& effects) {
  Json object = Json::object();
  ForEachRow(&effects, [&](const std::string& name, const faults::EffectCells::Row* row) {
    if (*row != faults::EffectCells::Row{}) object[name] = *row;
  });
  return object;
}

void FinishInner(const char* name, Fields* inner, Fields* fields) {
  if (const absl::Status status = inner->Finish(); !status.ok())
    fields->Fail(std::string("in \"") + name + "\": " + std::string(status.message()));
}

void ParseMedium(Fields* fields, Tally* tally) {
  const Json* const object = fields->Object("medium");
  if (object == nullptr) return;
  Fields inner(*object);
  for (std::size_t at = 0; at < disk::kMediumCellCount; ++at) {
    const auto cell = static_cast<disk::MediumCell>(at);
    const std::string key = disk::ToText(cell);
    if (!inner.Has(key.c_str())) continue;
    const std::vector<std::uint64_t> list = inner.Numbers(key.c_str());
    if (list.size() > tally->medium.size())
      inner.Fail("expected the field \"" + key + "\" with a number for each profile");
    for (std::size_t profile = 0; profile < std::min(list.size(), tally->medium.size()); ++profile)
      tally->medium[profile].Add(cell, list[profile]);
  }
  FinishInner("medium", &inner, fields);
}

void ParseEffects(Fields* fields, faults::EffectCells* effects) {
  const Json* const object = fields->Object("effects");
  if (object == nullptr) return;
  Fields inner(*object);
  ForEachRow(effects, [&](const std::string& name, faults::EffectCells::Row* row) {
    if (!inner.Has(name.c_str())) return;
    const std::vector<std::uint64_t> list = inner.Numbers(name.c_str());
    if (list.size() != row->size()) {
      inner.Fail("expected the field \"" + name + "\" with 2 numbers");
    } else {
      std::copy(list.begin(), list.end(), row->begin());
    }
  });
  FinishInner("effects", &inner, fields);
}

}  // namespace

void AddCellFields(const Tally& tally, Json* object) {
  if (Json medium = MediumObject(tally); !medium.empty()) (*object)["medium"] = std::move(medium);
  if (Json effects = EffectsObject(tally.effects); !effects.empty())
    (*object)["effects"] = std::move(effects);
}

void ParseCellFields(Fields* fields, Tally* tally) {
  if (fields->Has("medium")) ParseMedium(fields, tally);
  if (fields->Has("effects")) ParseEffects(fields, &tally->effects);
}

}  // namespace harrow::harness
