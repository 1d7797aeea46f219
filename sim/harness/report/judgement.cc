// The base is the last read-back that was complete before the crash.
#include "sim/harness/report/judgement.h"

#include <algorithm>

#include "models/allowed_states.h"

namespace harrow::harness {
namespace {

models::WriteId FirstWriteOf(const models::History& history, std::size_t life) {
  const auto first =
      std::find_if(history.writes.begin(), history.writes.end(),
                   [life](const models::Write& write) { return write.life >= life; });
  return static_cast<models::WriteId>(first - history.writes.begin());
}

std::optional<std::size_t> BaseLife(const models::History& history, std::size_t life,
                                    models::Time at) {
  for (std::size_t index = life + 1; index-- > 0;) {
    const models::Life& one = history.lives[index];
    if (one.read_back && one.read_back_responded < at) return index;
  }
  return std::nullopt;
}

bool Touches(const models::Write& write, models::KeyId key) {
  return std::any_of(write.entries.begin(), write.entries.end(),
                     [key](const models::Entry& entry) { return entry.key == key; });
}

}  // namespace

std::optional<Judgement> Judge(const models::History& history, const CrashView& crash,
                               std::size_t life, std::span<const models::Cell> recovered) {
  if (recovered.size() != history.key_count || life >= history.lives.size()) return std::nullopt;
  Judgement judgement;
  judgement.at = crash.at;
  judgement.base_life = BaseLife(history, life, crash.at);
  std::vector<models::Cell> base(history.key_count);
  if (judgement.base_life.has_value()) {
    base = history.lives[*judgement.base_life].recovered;
    judgement.first_write = FirstWriteOf(history, *judgement.base_life);
  }
  judgement.image = crash.kind;
  const std::vector<std::vector<models::Cell>> allowed =
      models::AllowedCells(history, base, judgement.first_write, judgement.at, judgement.image);
  judgement.keys.resize(history.key_count);
  for (models::KeyId key = 0; key < history.key_count; ++key) {
    JudgedKey& judged = judgement.keys[key];
    judged.base = base[key];
    judged.recovered = recovered[key];
    judged.allowed = allowed[key];
    judged.is_allowed =
        std::find(allowed[key].begin(), allowed[key].end(), recovered[key]) != allowed[key].end();
    for (std::size_t id = judgement.first_write; id < history.writes.size(); ++id) {
      const models::Write& write = history.writes[id];
      if (write.invoked < judgement.at && Touches(write, key)) judged.writes.push_back(write.id);
    }
  }
  return judgement;
}

}  // namespace harrow::harness
