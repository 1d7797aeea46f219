// The page of a report: one self-contained HTML file that loads nothing, whatever its data are.
//
// Threading: pure function.
#ifndef HARROW_SIM_HARNESS_REPORT_REPORT_PAGE_H_
#define HARROW_SIM_HARNESS_REPORT_REPORT_PAGE_H_

#include <string>
#include <string_view>

namespace harrow::harness {

// `data` is JSON as DumpForHtml writes it.
std::string ReportPage(std::string_view title, std::string_view data);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_REPORT_REPORT_PAGE_H_
