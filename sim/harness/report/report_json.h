// The JSON of reports, and how it is written into a page: ASCII only, and nothing in it that HTML could take for markup.
//
// Threading: pure function.
// Invariants: the text parses to the same value, whatever bytes its strings held; bytes that are no UTF-8 become U+FFFD. It has
// no '<', '>' or '&', so no "</script>" and no "<!--".
#ifndef HARROW_SIM_HARNESS_REPORT_REPORT_JSON_H_
#define HARROW_SIM_HARNESS_REPORT_REPORT_JSON_H_

#include <nlohmann/json.hpp>
#include <string>

namespace harrow::harness {

using Json = nlohmann::ordered_json;  // members in the order in which they were added

std::string DumpForHtml(const Json& value);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_REPORT_REPORT_JSON_H_
