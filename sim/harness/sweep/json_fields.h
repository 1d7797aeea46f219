// The fields of a JSON object, taken one by one by name and type; in the end the object must hold no other.
//
//   Fields fields(object);
//   const std::uint64_t size = fields.Number("size");
//   absl::Status status = fields.Finish();
//
// Threading: one thread. Errors: the first one stays, and Finish returns it: InvalidArgument, "expected the field ... with ...".
#ifndef HARROW_SIM_HARNESS_SWEEP_JSON_FIELDS_H_
#define HARROW_SIM_HARNESS_SWEEP_JSON_FIELDS_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "sim/harness/seed_text.h"

namespace harrow::harness {

class Fields {
 public:
  explicit Fields(const nlohmann::ordered_json& object) : object_(object) {}

  std::uint64_t Number(const char* name, std::uint64_t limit = ~std::uint64_t{0}) {
    const nlohmann::ordered_json* const field = Take(name);
    if (field != nullptr && field->is_number_unsigned() && field->get<std::uint64_t>() <= limit)
      return field->get<std::uint64_t>();
    Expect(field, name, "a whole number");
    return 0;
  }
  std::uint32_t Small(const char* name) {
    return static_cast<std::uint32_t>(Number(name, ~std::uint32_t{0}));
  }
  std::string Text(const char* name) {
    const nlohmann::ordered_json* const field = Take(name);
    if (field != nullptr && field->is_string()) return field->get<std::string>();
    Expect(field, name, "a text");
    return {};
  }
  bool Bool(const char* name) {
    const nlohmann::ordered_json* const field = Take(name);
    if (field != nullptr && field->is_boolean()) return field->get<bool>();
    Expect(field, name, "true or false");
    return false;
  }
  std::uint64_t HexNumber(const char* name) {
    const nlohmann::ordered_json* const field = Take(name);
    if (field != nullptr) {
      if (const auto value = HexOf(*field)) return *value;
    }
    Expect(field, name, "a hexadecimal number such as \"0x1f\"");
    return 0;
  }
  std::vector<std::uint64_t> HexNumbers(const char* name) {
    return List<std::uint64_t>(name, "a list of hexadecimal numbers such as \"0x1f\"", &HexOf);
  }
  std::vector<std::uint64_t> Numbers(const char* name) {
    return List<std::uint64_t>(name, "a list of numbers", [](const nlohmann::ordered_json& json) {
      return json.is_number_unsigned() ? json.get<std::uint64_t>() : std::optional<std::uint64_t>();
    });
  }
  std::vector<std::string> Texts(const char* name) {
    return List<std::string>(name, "a list of texts", [](const nlohmann::ordered_json& json) {
      return json.is_string() ? json.get<std::string>() : std::optional<std::string>();
    });
  }
  // nullptr after an error.
  const nlohmann::ordered_json* Object(const char* name) {
    const nlohmann::ordered_json* const field = Take(name);
    if (field != nullptr && field->is_object()) return field;
    Expect(field, name, "an object");
    return nullptr;
  }
  const nlohmann::ordered_json* Array(const char* name) {
    const nlohmann::ordered_json* const field = Take(name);
    if (field != nullptr && field->is_array()) return field;
    Expect(field, name, "a list");
    return nullptr;
  }
  bool Null(const char* name) {
    const auto found = object_.find(name);
    if (found == object_.end() || !found->is_null()) return false;
    ++taken_;
    return true;
  }
  bool Has(const char* name) const { return object_.contains(name); }
  void Fail(const std::string& what) {
    if (error_.empty()) error_ = what;
  }

  absl::Status Finish() {
    if (error_.empty() && taken_ != object_.size()) error_ = "expected no further fields";
    return error_.empty() ? absl::OkStatus() : absl::InvalidArgumentError(error_);
  }

 private:
  template <typename T, typename Convert>
  std::vector<T> List(const char* name, const char* what, Convert convert) {
    std::vector<T> values;
    const nlohmann::ordered_json* const field = Take(name);
    bool good = field != nullptr && field->is_array();
    for (std::size_t at = 0; good && at < field->size(); ++at) {
      std::optional<T> value = convert((*field)[at]);
      good = value.has_value();
      if (good) values.push_back(*std::move(value));
    }
    if (!good) Expect(field, name, what);
    return values;
  }

  static std::optional<std::uint64_t> HexOf(const nlohmann::ordered_json& value) {
    if (!value.is_string()) return std::nullopt;
    const std::string text = value.get<std::string>();
    return text.starts_with("0x") ? ParseSeed(text) : std::nullopt;
  }
  const nlohmann::ordered_json* Take(const char* name) {
    const auto found = object_.find(name);
    if (found == object_.end()) return nullptr;
    ++taken_;
    return &*found;
  }
  void Expect(const nlohmann::ordered_json* field, const char* name, const char* what) {
    Fail(std::string("expected ") + (field == nullptr ? "a field \"" : "the field \"") + name +
         "\" with " + what);
  }

  const nlohmann::ordered_json& object_;
  std::size_t taken_ = 0;
  std::string error_;
};

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_JSON_FIELDS_H_
