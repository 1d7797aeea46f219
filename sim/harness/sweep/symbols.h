// The names of this program's functions, by where they are in its file. A stripped program has none.
//
// Threading: one thread.
#ifndef HARROW_SIM_HARNESS_SWEEP_SYMBOLS_H_
#define HARROW_SIM_HARNESS_SWEEP_SYMBOLS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace harrow::harness {

class Symbols {
 public:
  // Read at the first call.
  static const Symbols& OfThisProgram();

  // The function at this offset of the program's image, without parameters: "harrow::engine::Log::Append"; empty when
  // `file` is another file, or no function is known there.
  std::string NameOf(std::string_view file, std::uint64_t offset) const;

 private:
  struct Function {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::string name;  // mangled
  };
  Symbols();

  std::string base_name_;
  std::vector<Function> functions_;  // ascending
};

// "harrow::engine::Log::Append" of a mangled name, without parameters and unnamed namespaces; the name itself when it is none.
std::string Demangled(const std::string& name);
// The same of a name that is demangled already, with its parameters.
std::string WithoutBrackets(std::string_view text);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_SYMBOLS_H_
