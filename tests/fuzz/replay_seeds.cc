// Runs the files of the folders it is given through a fuzz target: each as it is, and at up to 512 places of it cut there, and with
// the byte there replaced by a few others. For builds without libFuzzer; it finds nothing new, it keeps what was found from coming back.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/fuzz/fuzz.h"

namespace harrow {
namespace {

void Run(const std::string& text) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

void RunAround(const std::string& text) {
  const std::size_t stride = text.size() / 512 + 1;
  Run(text);
  for (std::size_t at = 0; at < text.size(); at += stride) {
    Run(text.substr(0, at));
    std::string damaged = text;
    for (const char other : {'\0', ' ', '\n', '#', '9', 'x', '{', ',', '\t', '\r', '\xff'}) {
      damaged[at] = other;
      Run(damaged);
    }
  }
}

}  // namespace
}  // namespace harrow

int main(int argc, char** argv) {
  std::size_t files = 0;
  for (int index = 1; index < argc; ++index) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[index])) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      harrow::RunAround({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
      ++files;
    }
  }
  std::printf("%zu seeds\n", files);
  return files == 0 ? 1 : 0;
}
