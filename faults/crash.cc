// A choice prints as its kind and the one field that the kind uses, and parses back.
#include "faults/crash.h"

#include <array>
#include <charconv>

#include "faults/text_cursor.h"

namespace harrow::faults {
namespace {

enum class Field : std::uint8_t { kNone, kCut, kCutIfSet, kMask, kSeed };

struct Form {
  std::string_view name;
  Survivors survivors;
  Field field;
};

constexpr std::array kForms = {
    Form{"none", Survivors::kNone, Field::kNone},
    Form{"all", Survivors::kAll, Field::kNone},
    Form{"names-only", Survivors::kNamesOnly, Field::kNone},
    Form{"torn-last", Survivors::kTornLast, Field::kCut},
    Form{"leave-one-out", Survivors::kLeaveOneOut, Field::kCut},
    Form{"zero-tail", Survivors::kZeroTail, Field::kCutIfSet},
    Form{"random", Survivors::kRandom, Field::kSeed},
    Form{"subset", Survivors::kSubset, Field::kMask},
    Form{"every-subset", Survivors::kEverySubset, Field::kNone},
};

std::string Hex(std::uint64_t value) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  return "0x" + std::string(digits.data(), end);
}

}  // namespace

std::string ToText(const CrashImageChoice& choice) {
  const Form& form = kForms[static_cast<std::size_t>(choice.survivors)];
  std::string text(form.name);
  if (form.field == Field::kSeed) return text.append(" ").append(Hex(choice.seed));
  if (form.field == Field::kMask) return text.append(" ").append(Hex(choice.cut));
  if (form.field == Field::kCut || (form.field == Field::kCutIfSet && choice.cut != 0)) {
    text.append(" ").append(std::to_string(choice.cut));
  }
  return text;
}

absl::StatusOr<CrashImageChoice> ParseCrashImageChoice(std::string_view text) {
  TextCursor cursor(text);
  const std::string_view name = cursor.Word();
  const Form* form = nullptr;
  for (const Form& candidate : kForms) {
    if (candidate.name == name) form = &candidate;
  }
  if (form == nullptr) {
    return cursor.ExpectedAt(
        0,
        "what survives (none all names-only torn-last leave-one-out zero-tail random subset "
        "every-subset)");
  }
  CrashImageChoice choice;
  choice.survivors = form->survivors;
  const bool optional_field = form->field == Field::kNone || form->field == Field::kCutIfSet;
  if (optional_field && cursor.AtEnd()) return choice;
  if (form->field == Field::kNone) return cursor.Expected("the end of the line");
  if (!cursor.Accept(" ")) return cursor.Expected("a space and a number");
  const std::size_t start = cursor.position();
  const bool hex = form->field == Field::kSeed || form->field == Field::kMask;
  const auto value = hex ? cursor.HexOrNumber() : cursor.Number();
  if (!value) return cursor.ExpectedAt(start, "a number");
  (form->field == Field::kSeed ? choice.seed : choice.cut) = *value;
  if (!cursor.AtEnd()) return cursor.Expected("the end of the line");
  return choice;
}

}  // namespace harrow::faults
