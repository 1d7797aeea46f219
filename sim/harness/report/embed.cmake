# Writes OUTPUT, a source file that holds the page's html and, joined in the order of PARTS, its styles and its scripts.
set(html "")
set(css "")
set(js "")
foreach(part IN LISTS PARTS)
  get_filename_component(kind "${part}" LAST_EXT)
  string(SUBSTRING "${kind}" 1 -1 kind)
  file(READ "${part}" text)
  # A literal of its own for each file: they stay short, and the compiler joins them.
  string(APPEND ${kind} "R\"~page~(${text})~page~\"\n")
endforeach()
file(WRITE "${OUTPUT}" "#include \"sim/harness/report/page_parts.h\"

namespace harrow::harness {

std::string_view PageHtml() { return ${html}; }
std::string_view PageStyle() { return ${css}; }
std::string_view PageScript() { return ${js}; }

}  // namespace harrow::harness
")
