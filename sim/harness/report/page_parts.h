// The files of page/ as the build embeds them into the program (embed.cmake).
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_REPORT_PAGE_PARTS_H_
#define HARROW_SIM_HARNESS_REPORT_PAGE_PARTS_H_

#include <string>

namespace harrow::harness {

std::string PageHtml();  // with lines "TITLE", "STYLE", "DATA" and "SCRIPT" where these go
std::string PageStyle();
std::string PageScript();

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_REPORT_PAGE_PARTS_H_
