#include "faults/fault_pattern.h"

#include <array>
#include <cstdint>

namespace harrow::faults {
namespace {

struct EffectWord {
  EffectKind kind;
  std::string_view word;
};
constexpr std::array kEffects = {
    EffectWord{EffectKind::kError, "error"},
    EffectWord{EffectKind::kShortWrite, "short"},
    EffectWord{EffectKind::kShortRead, "short"},
    EffectWord{EffectKind::kInterrupt, "interrupt"},
    EffectWord{EffectKind::kFailedSync, "fail"},
    EffectWord{EffectKind::kAppliedError, "applied-error"},
    EffectWord{EffectKind::kFailedWriteback, "writeback-fails"},
    EffectWord{EffectKind::kMissedName, "miss"},
    EffectWord{EffectKind::kFlippedBit, "flip"},
    EffectWord{EffectKind::kRot, "rot"},
    EffectWord{EffectKind::kDelay, "delay"},
};

template <typename Kind>
std::optional<Kind> ParseKind(std::string_view word, Kind last) {
  for (std::uint8_t at = 0; at <= static_cast<std::uint8_t>(last); ++at) {
    if (ToText(static_cast<Kind>(at)) == word) return static_cast<Kind>(at);
  }
  return std::nullopt;
}

std::string_view ParseEffect(std::string_view word) {
  for (const EffectWord& effect : kEffects) {
    if (effect.word == word) return effect.word;
  }
  return {};
}

}  // namespace

bool FaultPattern::Matches(const Fired& fired) const {
  if (file != FileKind::kAny && file != fired.file) return false;
  if (operation.has_value() && *operation != fired.operation) return false;
  if (effect.empty()) return true;
  for (const EffectWord& one : kEffects) {
    if (one.kind == fired.effect.kind) return one.word == effect;
  }
  return false;
}

std::string ToText(const FaultPattern& pattern) {
  std::string text(ToText(pattern.file));
  text.append(" ").append(pattern.operation.has_value() ? ToText(*pattern.operation) : "any");
  if (!pattern.effect.empty()) text.append(" ").append(pattern.effect);
  return text;
}

absl::Status ParseFaultPattern(TextCursor* cursor, FaultPattern* pattern) {
  std::size_t start = cursor->position();
  const std::optional<FileKind> file = ParseKind(cursor->Word(), FileKind::kOther);
  if (!file.has_value()) return cursor->ExpectedAt(start, "a kind of file such as log, or any");
  pattern->file = *file;
  cursor->Accept(" ");
  start = cursor->position();
  const std::string_view word = cursor->Word();
  pattern->operation = ParseKind(word, OpKind::kSyncDir);
  if (!pattern->operation.has_value() && word != "any")
    return cursor->ExpectedAt(start, "an operation such as write, or any");
  pattern->effect = {};
  TextCursor ahead = *cursor;
  if (!ahead.Accept(" ")) return absl::OkStatus();
  start = ahead.position();
  const std::string_view effect = ahead.Word();
  if (effect.empty()) return absl::OkStatus();
  pattern->effect = ParseEffect(effect);
  if (pattern->effect.empty()) return cursor->ExpectedAt(start, "an effect such as error");
  *cursor = ahead;
  return absl::OkStatus();
}

}  // namespace harrow::faults
