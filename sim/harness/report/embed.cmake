# Writes OUTPUT, a source file that holds the page's html and, joined in the order of PARTS, its styles and its scripts.
set(html "")
set(css "")
set(js "")
foreach(part IN LISTS PARTS)
  get_filename_component(kind "${part}" LAST_EXT)
  string(SUBSTRING "${kind}" 1 -1 kind)
  file(READ "${part}" text)
  # A literal of its own for each file: compilers need not take one of more than 65536 bytes.
  string(APPEND ${kind} "    R\"~page~(${text})~page~\",\n")
endforeach()
file(WRITE "${OUTPUT}" "#include \"sim/harness/report/page_parts.h\"

#include <initializer_list>
#include <string>
#include <string_view>

namespace harrow::harness {

namespace {

std::string Joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

}  // namespace

std::string PageHtml() { return Joined({
${html}}); }
std::string PageStyle() { return Joined({
${css}}); }
std::string PageScript() { return Joined({
${js}}); }

}  // namespace harrow::harness
")
