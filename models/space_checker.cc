#include "models/space_checker.h"

namespace harrow::models {
namespace {

std::string Named(std::span<const MisplacedFile> files, MisplacedFile::Kind kind) {
  std::string text;
  for (const MisplacedFile& file : files) {
    if (file.kind != kind) continue;
    text += (text.empty() ? "" : ", ") + file.path + " (" + file.reason + ")";
  }
  return text;
}

}  // namespace

// A file that is missing is the worse of the two.
Verdict CheckSpace(std::span<const MisplacedFile> files) {
  const std::string missing = Named(files, MisplacedFile::Kind::kMissing);
  if (!missing.empty()) {
    return Verdict::Violated(Rule::kSpace, "no file that is needed is removed",
                             "missing while the store is idle: " + missing);
  }
  const std::string unneeded = Named(files, MisplacedFile::Kind::kUnneeded);
  if (unneeded.empty()) return Verdict::Ok();
  return Verdict::Violated(Rule::kSpace, "an idle store has removed the files that nothing needs",
                           "still there: " + unneeded);
}

}  // namespace harrow::models
